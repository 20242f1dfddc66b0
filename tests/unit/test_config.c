/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_file.h"
#include "config_keyword.h"
#include "match.h"

static const char *const alice_groups[] = { "alice", "wheel", "dev team", NULL };
#define BASE64 "abcDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcde" /* 43 letters, as of a SHA256 */
#define FINGERPRINT "SHA256:" BASE64

static const char *const alice_keys[] = { FINGERPRINT, "alice@laptop, work", NULL };
static const struct config_subject alice = { "alice", alice_groups, "192.0.2.7", alice_keys };

/* Parses TEXT for alice; an error fails the test. */
static struct config_policy
good(const char *text)
{
	struct config_policy p;
	struct config_error e = { .text = "" };

	memset(&p, 0xff, sizeof p);
	if (config_parse("f", text, strlen(text), &alice, &p, &e))
		fail_msg("%s", e.text);
	return p;
}

/* Parses TEXT, which must be refused with WANTED; the policy stays as it was. */
static void
bad(const char *text, const char *wanted)
{
	struct config_policy p = { .max_sessions = 4711 };
	struct config_error e = { .text = "" };

	assert_int_equal(config_parse("f", text, strlen(text), &alice, &p, &e), -EBADMSG);
	assert_string_equal(e.text, wanted);
	assert_int_equal(p.max_sessions, 4711);
}

static void
defaults(void **state)
{
	struct config_policy p, q = good("");

	(void)state;
	config_defaults(&p);
	assert_true(p.enable);
	assert_int_equal(p.max_sessions, 20);
	assert_int_equal(p.login_timeout_ms, 5000);
	assert_int_equal(p.stall_timeout_ms, 15000);
	assert_int_equal(p.ring_bytes, 2 << 20);
	assert_int_equal(p.scrollback, 2000);
	assert_true(p.banner);
	assert_true(q.enable);
	assert_int_equal(q.ring_bytes, 2 << 20);
	q = good("\n  # Enable no\n\t\r\n#");
	assert_true(q.enable);
}

static void
keywords(void **state)
{
	struct config_policy p = good("enable no\r\nMAXSESSIONS 3 # few\n\tLoginTimeout\t\t7\nStallTimeout 1m30s\n"
	                              "RingSize \"256k\"\nscrollback 7\nBanner no\nUpgradeSessions no");

	(void)state;
	assert_false(p.enable);
	assert_int_equal(p.max_sessions, 3);
	assert_int_equal(p.login_timeout_ms, 7000);
	assert_int_equal(p.stall_timeout_ms, 90000);
	assert_int_equal(p.ring_bytes, 256 * 1024);
	assert_int_equal(p.scrollback, 7);
	assert_false(p.banner);
	assert_false(p.upgrade_sessions);
}

static void
limits_and_lists(void **state)
{
	struct config_policy p = good("");

	(void)state;
	assert_int_equal(p.max_total, CONFIG_NONE);
	assert_int_equal(p.detached_s, 604800);
	assert_int_equal(p.idle_shell_s, 86400);
	assert_int_equal(p.keep_text, CONFIG_KEEP_NONE);
	assert_int_equal(p.idle_detach_s, CONFIG_NONE);
	assert_int_equal(p.elevated_s, 300);
	assert_true(p.match_key);
	assert_true(p.upgrade_sessions);
	assert_int_equal(p.take_over, CONFIG_TAKE_YES);
	assert_int_equal(p.size_policy, CONFIG_SIZE_LATEST);
	assert_string_equal(p.accept_env, "*");
	assert_string_equal(p.pam_service, "");
	assert_string_equal(p.pam_skip, "");
	p = good("MaxSessionsTotal 7\nDetachedTimeout none\nIdleShellTimeout 90d\nElevatedTimeout 0\nMatchKey no\n"
	         "IdleDetach 15m\nKeepText Scrollback\n"
	         "TakeOver ASK\nSizePolicy Smallest\nAcceptEnv LANG LC_* # and no more\nAcceptEnv OTHER\n");
	assert_int_equal(p.max_total, 7);
	assert_int_equal(p.detached_s, CONFIG_NONE);
	assert_int_equal(p.idle_shell_s, 90 * 86400);
	assert_int_equal(p.idle_detach_s, 900);
	assert_int_equal(p.keep_text, CONFIG_KEEP_SCROLLBACK);
	assert_int_equal(p.elevated_s, 0);
	assert_false(p.match_key);
	assert_int_equal(p.take_over, CONFIG_TAKE_ASK);
	assert_int_equal(p.size_policy, CONFIG_SIZE_SMALLEST);
	assert_string_equal(p.accept_env, "LANG,LC_*");
	p = good("PamService held-sshd\nPamSkip pam_slow.so pam_script*\nPamSkip pam_more\n");
	assert_string_equal(p.pam_service, "held-sshd");
	assert_string_equal(p.pam_skip, "pam_slow.so,pam_script*");
	p = good("Match User alice\nPamService none\nPamSkip none\nMatch all\nPamService x\nPamSkip y\n");
	assert_string_equal(p.pam_service, "");
	assert_string_equal(p.pam_skip, "");
	p = good("MaxSessionsTotal none\nTakeOver no\nSizePolicy largest\nAcceptEnv none\n");
	assert_int_equal(p.max_total, CONFIG_NONE);
	assert_int_equal(p.take_over, CONFIG_TAKE_NO);
	assert_int_equal(p.size_policy, CONFIG_SIZE_LARGEST);
	assert_string_equal(p.accept_env, "");
}

static void
first_value_counts(void **state)
{
	(void)state;
	assert_int_equal(good("MaxSessions 1\nMaxSessions 2\n").max_sessions, 1);
	assert_int_equal(good("MaxSessions 1\nMatch all\nMaxSessions 2\n").max_sessions, 1);
	assert_int_equal(good("Match User alice\nMaxSessions 1\nMatch all\nMaxSessions 2\n").max_sessions, 1);
	assert_int_equal(good("Match User bob\nMaxSessions 1\nMatch all\nMaxSessions 2\n").max_sessions, 2);
	/* What does not match takes no place. */
	assert_int_equal(good("Match User bob\nMaxSessions 1\n").max_sessions, 20);
}

static void
times_and_sizes(void **state)
{
	(void)state;
	assert_int_equal(good("StallTimeout 1h\n").stall_timeout_ms, 3600000);
	assert_int_equal(good("StallTimeout 1d\n").stall_timeout_ms, 86400000);
	assert_int_equal(good("StallTimeout 5M\n").stall_timeout_ms, 300000);
	assert_int_equal(good("LoginTimeout 10m\n").login_timeout_ms, 600000);
	assert_int_equal(good("RingSize 64K\n").ring_bytes, 65536);
	assert_int_equal(good("RingSize 65537\n").ring_bytes, 131072);
	assert_int_equal(good("RingSize 64m\n").ring_bytes, 64 << 20);
	assert_int_equal(good("RingSize 3M\n").ring_bytes, 4 << 20);
	assert_int_equal(good("MaxSessions 0\n").max_sessions, 0);
	assert_int_equal(good("Scrollback 0\n").scrollback, 0);
	assert_int_equal(good("Scrollback 100000\n").scrollback, 100000);
}

static void
refused_values(void **state)
{
	static const struct { const char *line, *wanted; } cases[] = {
		{ "MaxSessions many", "a number from 0 to 10000, found \"many\"" },
		{ "MaxSessions 10001", "a number from 0 to 10000, found \"10001\"" },
		{ "MaxSessions -1", "a number from 0 to 10000, found \"-1\"" },
		{ "MaxSessions 3x", "a number from 0 to 10000, found \"3x\"" },
		{ "MaxSessions 18446744073709551617", "a number from 0 to 10000, found \"18446744073709551617\"" },
		{ "MaxSessions", "a number from 0 to 10000" },
		{ "MaxSessions 3 4", "nothing more, found \"4\"" },
		{ "Enable maybe", "yes or no, found \"maybe\"" },
		{ "Enable \"\"", "yes or no, found \"\"" },
		{ "LoginTimeout 0", "a time from 1s to 10m, found \"0\"" },
		{ "LoginTimeout 11m", "a time from 1s to 10m, found \"11m\"" },
		{ "LoginTimeout 5x", "a time from 1s to 10m, found \"5x\"" },
		{ "LoginTimeout s", "a time from 1s to 10m, found \"s\"" },
		{ "LoginTimeout 9999999999999999999w", "a time from 1s to 10m, found \"9999999999999999999w\"" },
		{ "StallTimeout 1d1s", "a time from 1s to 1d, found \"1d1s\"" },
		{ "RingSize 63K", "a size from 64K to 64M, found \"63K\"" },
		{ "RingSize 65M", "a size from 64K to 64M, found \"65M\"" },
		{ "RingSize 4294967295G", "a size from 64K to 64M, found \"4294967295G\"" },
		{ "RingSize 1MB", "a size from 64K to 64M, found \"1MB\"" },
		{ "RingSize 1P", "a size from 64K to 64M, found \"1P\"" },
		{ "Scrollback 100001", "a number from 0 to 100000, found \"100001\"" },
		{ "Scrollback 2k", "a number from 0 to 100000, found \"2k\"" },
		{ "Scrollback -1", "a number from 0 to 100000, found \"-1\"" },
		{ "Banner sometimes", "yes or no, found \"sometimes\"" },
		{ "UpgradeSessions maybe", "yes or no, found \"maybe\"" },
		{ "RingSize 1m2m", "a size from 64K to 64M, found \"1m2m\"" },
		{ "DetachedTimeout 0", "none or a time from 1s to 10 years, found \"0\"" },
		{ "DetachedTimeout never", "none or a time from 1s to 10 years, found \"never\"" },
		{ "IdleShellTimeout 523w", "none or a time from 1s to 10 years, found \"523w\"" },
		{ "IdleDetach 0", "none or a time from 1s to 10 years, found \"0\"" },
		{ "ElevatedTimeout -1", "none or a time from 0 to 10 years, found \"-1\"" },
		{ "MaxSessionsTotal all", "none or a number from 0 to 1000000, found \"all\"" },
		{ "MatchKey ask", "yes or no, found \"ask\"" },
		{ "TakeOver maybe", "yes, no or ask, found \"maybe\"" },
		{ "SizePolicy tiny", "latest, smallest or largest, found \"tiny\"" },
		{ "AcceptEnv", "names of variables or patterns, or none" },
		{ "AcceptEnv LANG none", "names of variables or patterns, or none, found \"none\"" },
		{ "AcceptEnv none LANG", "names of variables or patterns, or none, found \"LANG\"" },
		{ "AcceptEnv LANG A=b", "names of variables or patterns, or none, found \"A=b\"" },
		{ "PamService", "none or the name of a PAM service, in lower case" },
		{ "PamService SSHD", "none or the name of a PAM service, in lower case, found \"SSHD\"" },
		{ "PamService other", "none or the name of a PAM service, in lower case, found \"other\"" },
		{ "PamService ../x", "none or the name of a PAM service, in lower case, found \"../x\"" },
		{ "PamService .x", "none or the name of a PAM service, in lower case, found \".x\"" },
		{ "PamService \"\"", "none or the name of a PAM service, in lower case, found \"\"" },
		{ "PamService a b", "nothing more, found \"b\"" },
		{ "PamSkip pam_a none", "names of PAM modules or patterns, or none, found \"none\"" },
		{ "PamSkip /x/pam_a.so", "names of PAM modules or patterns, or none, found \"/x/pam_a.so\"" },
		{ "AcceptEnv a,,b", "names of variables or patterns, or none, found \"a,,b\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[128], wanted[256];

		/* In a block that is not for alice it is wrong as well. */
		snprintf(text, sizeof text, "Match User bob\n\n%s\n", cases[i].line);
		snprintf(wanted, sizeof wanted, "f:3: %.*s: expected %s", (int)strcspn(cases[i].line, " "),
		         cases[i].line, cases[i].wanted);
		bad(text, wanted);
	}
}

static void
refused_lines(void **state)
{
	char big[5000];

	(void)state;
	bad("\nColour red\n", "f:2: line: expected a keyword of holdfast.conf(5), found \"Colour\"");
	bad("Enable=no", "f:1: Enable: expected a blank between keyword and value, found \"Enable=no\"");
	bad("MaxSesions 3", "f:1: line: expected a keyword of holdfast.conf(5), found \"MaxSesions\"; did you mean "
	                    "\"MaxSessions\"?");
	bad("Mach User bob", "f:1: line: expected a keyword of holdfast.conf(5), found \"Mach\"; did you mean \"Match\"?");
	bad("Enable \"no", "f:1: Enable: expected a closing quote");
	bad("\"Enable", "f:1: line: expected a closing quote");
	bad("Enable no\"", "f:1: Enable: expected a blank on both sides of what is quoted");
	bad("Enable \"no\"x", "f:1: Enable: expected a blank on both sides of what is quoted");
	bad("AcceptEnv LANG \"LC_*", "f:1: AcceptEnv: expected a closing quote");
	bad("Match\n", "f:1: Match: expected User, Group, Address, Key or all");
	bad("Match User\n", "f:1: Match User: expected a list of names or patterns");
	bad("Match usr x\n", "f:1: Match: expected User, Group, Address, Key or all, found \"usr\"; did you mean \"User\"?");
	bad("Match Host x\n", "f:1: Match: expected User, Group, Address, Key or all, found \"Host\"");
	bad("Match all User x\n", "f:1: Match: expected all to stand alone");
	bad("Match User x all\n", "f:1: Match: expected all to stand alone");
	bad("Match User a,,b\n", "f:1: Match User: expected a list of patterns, with a comma and no blank between two of "
	                         "them, found \"a,,b\"");
	bad("Match Group a,\n", "f:1: Match Group: expected a list of patterns, with a comma and no blank between two of "
	                        "them, found \"a,\"");
	bad("Match Address 192.0.2.1/24\n", "f:1: Match Address: expected a network without bits behind its length, such as "
	                                    "192.0.2.0/24, found \"192.0.2.1/24\"");
	bad("Match User \"x\n", "f:1: Match: expected a closing quote");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	bad(big, "f:1: line: expected at most 4095 bytes");
}

static void
nul_bytes_are_refused(void **state)
{
	static const char text[] = "Enable yes\nEnable\0 no\n";
	struct config_policy p;
	struct config_error e;

	(void)state;
	assert_int_equal(config_parse("f", text, sizeof text - 1, &alice, &p, &e), -EBADMSG);
	assert_string_equal(e.text, "f:2: line: expected no NUL bytes");
}

/* Whether a Match line with CRITERIA is for alice. */
static bool
matches(const char *criteria)
{
	char text[256];

	snprintf(text, sizeof text, "Match %s\nEnable no\n", criteria);
	return !good(text).enable;
}

static void
match_blocks(void **state)
{
	static const struct { const char *criteria; bool wanted; } cases[] = {
		{ "all", true },
		{ "user alice", true },
		{ "User Alice", false },
		{ "User bob,al?ce", true },
		{ "User al*", true },
		{ "User *,!alice", false },
		{ "User !bob", false }, /* as in sshd: something has to match without '!' */
		{ "User *,!bob", true },
		{ "Group wheel", true },
		{ "Group \"dev team\"", true },
		{ "Group dev", false },
		{ "Group *,!wheel", false },
		{ "Group wheel,!bin", true },
		{ "Address 192.0.2.0/24", true },
		{ "Address 192.0.2.8/29", false },
		{ "Address 192.0.2.*", true },
		{ "Address 192.0.2.7", true },
		{ "Address 0.0.0.0/0", true },
		{ "Address ::/0", false },
		{ "Address 192.0.2.0/24,!192.0.2.7", false },
		{ "User alice Group wheel Address 192.0.2.7", true },
		{ "User alice Group bin", false },
		{ "User bob Group wheel", false },
		{ "User alice # Group bin", true },
		{ "Key " FINGERPRINT, true },
		{ "Key SHA256:ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcde", false },
		{ "Key SHA256:abc*", true },
		{ "Key alice@*", true },
		{ "Key *,!" FINGERPRINT, false },
		{ "Key SHA256:x*,alice@laptop*", true },
		{ "User alice Key SHA256:x*", false },
		{ "Address 192.0.2.?", true },
		{ "Address 192.0.*", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (matches(cases[i].criteria) != cases[i].wanted)
			fail_msg("Match %s", cases[i].criteria);
}

static void
subjects_without_groups(void **state)
{
	static const char text[] = "Match Group *\nEnable no\nMatch Address *\nEnable no\n";
	static const struct config_subject bare = { "bare", NULL, "", NULL };
	struct config_policy p;
	struct config_error e;

	(void)state;
	assert_int_equal(config_parse("f", text, sizeof text - 1, &bare, &p, &e), 0);
	assert_true(p.enable);
	assert_int_equal(config_parse("f", text, sizeof text - 1, NULL, &p, &e), 0);
	assert_true(p.enable);
}

static void
patterns(void **state)
{
	(void)state;
	assert_int_equal(match_list("", "*"), 1);
	assert_int_equal(match_list("", "?"), 0);
	assert_int_equal(match_list("abcabd", "*ab?"), 1);
	assert_int_equal(match_list("abcabd", "*abc"), 0);
	assert_int_equal(match_list("aXbXc", "a*b*c"), 1);
	assert_int_equal(match_list("abc", "abc*****"), 1);
	assert_int_equal(match_list("a", "!a,a"), -1);
	assert_int_equal(match_list("a", "a,!a"), -1);
	/* No pattern takes for ever. */
	assert_int_equal(match_list("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	                            "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), 0);
	assert_int_equal(match_address_list("2001:db8::7", "2001:db8::/32"), 1);
	assert_int_equal(match_address_list("2001:db9::7", "2001:db8::/32"), 0);
	assert_int_equal(match_address_list("fe80::1%eth0", "fe80::/10"), 0);
	assert_int_equal(match_address_list("", "*"), 0);
	/* An address has many forms. */
	assert_int_equal(match_address_list("2001:db8::7", "2001:DB8:0::7"), 1);
	assert_int_equal(match_address_list("2001:db8::7", "2001:db8::8"), 0);
	assert_int_equal(match_address_list("192.0.2.7", "192.0.2.7"), 1);
	assert_int_equal(match_address_list("fe80::1%eth0", "fe80::1%eth0"), 1);
	assert_int_equal(match_address_list("192.0.2.7", "*,!192.0.2.7"), -1);
}

/* A criterion that no login can meet is a mistake. */
static void
nonsense_in_criteria(void **state)
{
	static const char *const wrong[] = {
		"Address 300.1.1.1", "Address 192.0.2", "Address 192.0.2.1.1", "Address 192.0.02.1", "Address host.example",
		"Address *.example", "Address 300.*", "Address 1.2.3.4.*", "Address 1..*", "Address 2001:DB8::*",
		"Address 2001:db8", "Address 2001:db8:::1", "Address g::1", "Address 192.0.2.0/33", "Address 192.0.2.0/",
		"Address 192.0.2.0/+1", "Address x/8", "Address 300.0.0.0/8", "Address ::1/129", "Address !",
		"Address 192.0.2.1,300.1.1.1", "Address !300.1.1.1", "Address 192.0.2.1:22", "Address %eth0",
		"User a:b", "Group alice:", "Key MD5:16:27:ac", "Key SHA1:abc", "Key SHA512:abc", "Key SHA256:abc",
		"Key " FINGERPRINT "=", "Key " FINGERPRINT ",SHA256:x", "Key SHA256:" "_" "bcDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcde",
	};
	static const char *const right[] = {
		"Address 192.0.2.1", "Address !10.0.0.0/8,::1/128", "Address 192.0.2.*", "Address 192.*", "Address *",
		"Address 1?.0.0.1", "Address 2001:db8::7", "Address 2001:DB8::7", "Address 2001:db8:*", "Address fe80*",
		"Address fe80::1%eth0", "Address ::ffff:192.0.2.1", "Address 0.0.0.0/0", "User DOMAIN\\alice",
		"User alice@example.com", "User *", "Group \"domain users\"", "Key alice@laptop", "Key SHA256:*",
		"Key " FINGERPRINT, "Key guest-17",
	};
	struct config_policy p;
	struct config_error e;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *item = strchr(wrong[i], ' ') + 1;

		snprintf(text, sizeof text, "Match %s\n", wrong[i]);
		if (config_parse("f", text, strlen(text), &alice, &p, &e) != -EBADMSG)
			fail_msg("not refused: %s", text);
		/* The message names the one that is wrong. */
		item = strrchr(item, ',') ? strrchr(item, ',') + 1 : item[0] == '!' && item[1] ? item + 1 : item;
		if (strncmp(e.text, "f:1: Match ", 11) != 0 || !strstr(e.text, ": expected ") || !strstr(e.text, item))
			fail_msg("%s: %s", text, e.text);
	}
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		snprintf(text, sizeof text, "Match %s\n", right[i]);
		if (config_parse("f", text, strlen(text), &alice, &p, &e))
			fail_msg("%s: %s", text, e.text);
	}
}

/* What check-config prints of a policy makes the same policy. */
static void
values_are_shown_as_they_are_read(void **state)
{
	struct config_policy p = good("Enable no\nMaxSessions 3\nMaxSessionsTotal 9\nDetachedTimeout 90m\nIdleShellTimeout none\n"
	                              "IdleDetach 61\nKeepText scrollback\nElevatedTimeout 0\nLoginTimeout 90\n"
	                              "StallTimeout 1d\nRingSize 100K\nInputMemory 70000\nScrollback 77\nBanner no\n"
	                              "MatchKey no\nTakeOver ask\nSizePolicy largest\nAcceptEnv LANG LC_*\nPamService held\nPamSkip a b\n"
	                              "UpgradeSessions no\nPool main\nPoolNode n1\nPoolAddress n1.example\n"
	                              "PoolDirectory etcd https://a:1,http://b\nPoolTLS /ca /cert /key\nPoolUser me /pw\n"
	                              "PoolVouch key /keys\nPoolTrust n1 n2\nPoolShow program\nPoolResume no\n"
	                              "PoolTimeout 5s\n");
	char text[4096] = "", value[CONFIG_VALUE_CAP];
	const struct config_keyword *k;
	struct config_policy q, standard;
	size_t count = 0;

	(void)state;
	config_defaults(&standard);
	for (; (k = config_keyword(count)); count++) {
		char usual[CONFIG_VALUE_CAP];
		size_t len = strlen(text);

		config_keyword_put(k, &p, value);
		config_keyword_put(k, &standard, usual);
		/* Each keyword is in the policy above, with another value than the usual one. */
		if (strcmp(value, usual) == 0)
			fail_msg("%s %s", k->name, value);
		snprintf(text + len, sizeof text - len, "%s %s\n", k->name, value);
	}
	assert_true(count >= 20);
	q = good(text);
	assert_memory_equal(&p, &q, sizeof p);
}

struct said {
	char text[8192];
	unsigned lines[64], count;
};

static void
collect(void *arg, const struct config_error *e)
{
	struct said *s = arg;
	size_t len = strlen(s->text);

	assert_true(s->count < 64);
	s->lines[s->count++] = e->line;
	snprintf(s->text + len, sizeof s->text - len, "%s\n", e->text);
}

/* Who knows sshd_config expects that a Match block changes what stands above it. */
static void
lines_without_effect(void **state)
{
	static const char text[] = "MaxSessions 3\nMaxSessions 4\nMatch User bob\nMaxSessions 10\nBanner no\nBanner yes\n"
	                           "Match User carl\nBanner no\nMatch all\nBanner no\nRingSize 1M\nMatch User x\nRingSize 2M\n";
	static const unsigned lines[] = { 2, 4, 6, 13 };
	struct said s = { .count = 0 };
	struct config_policy p;
	struct config_error e = { .text = "" };

	(void)state;
	assert_int_equal(config_check("f", text, sizeof text - 1, &alice, &p, collect, &s), 0);
	assert_int_equal(s.count, 4);
	assert_memory_equal(s.lines, lines, sizeof lines);
	assert_non_null(strstr(s.text, "f:4: MaxSessions: has no effect, because line 1 comes first\nf:6: Banner: has no "
	                               "effect, because line 5 comes first\nf:13: RingSize: has no effect, because line 11 "));
	assert_int_equal(p.max_sessions, 3);
	/* It is no mistake for a login, and does not stand in the place of one. */
	assert_int_equal(config_parse("f", text, sizeof text - 1, &alice, &p, &e), 0);
	/* Lists are no other: those of sshd_config grow. */
	s = (struct said){ .count = 0 };
	assert_int_equal(config_check("f", "AcceptEnv A\nAcceptEnv B\n", 24, &alice, &p, collect, &s), 0);
	assert_string_equal(p.accept_env, "A");
	assert_string_equal(s.text, "f:2: AcceptEnv: has no effect, because line 1 comes first; its lines do not add up, "
	                            "so one line has all values\n");
	bad("Banner no\nBanner no\nBanner x\n", "f:3: Banner: expected yes or no, found \"x\"");
}

static void
all_mistakes_at_once(void **state)
{
	static const char text[] = "MaxSessions many\nEnable yes\nColour red\nMatch User a,,b Adress x Group c:d\n"
	                           "Banner maybe\nMatch all\n\"Enable\nRingSize 1K\n";
	static const unsigned lines[] = { 1, 3, 4, 4, 4, 5, 7, 8 };
	struct config_policy p = { .max_sessions = 4711 };
	struct said s = { .count = 0 };

	(void)state;
	assert_int_equal(config_check("f", text, sizeof text - 1, &alice, &p, collect, &s), -EBADMSG);
	assert_int_equal(s.count, 8);
	assert_memory_equal(s.lines, lines, sizeof lines);
	assert_non_null(strstr(s.text, "f:4: Match: expected User, Group, Address, Key or all, found \"Adress\"; did you mean "
	                               "\"Address\"?\nf:4: Match Group: expected a name or a pattern, without a colon, found "
	                               "\"c:d\"\nf:5: Banner: expected yes or no, found \"maybe\"\n"));
	assert_int_equal(p.max_sessions, 4711);
	s = (struct said){ .count = 0 };
	assert_int_equal(config_check("f", "MaxSessions 3\n", 14, &alice, &p, collect, &s), 0);
	assert_int_equal(s.count, 0);
	assert_int_equal(p.max_sessions, 3);
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* A file that is not root's alone is not believed. */
static void
files(void **state)
{
	char path[] = "config.XXXXXX", link[32];
	struct config_policy p = { .max_sessions = 4711 };
	struct config_error e = { .text = "" };
	struct said said = { .count = 0 };
	int root = geteuid() == 0;

	(void)state;
	assert_true(mkstemp(path) >= 0);
	write_file(path, "MaxSessions 5\n", 0644);
	assert_int_equal(config_load(path, &alice, &p, &e), root ? 0 : -EPERM);
	assert_int_equal(p.max_sessions, root ? 5 : 4711);
	p.max_sessions = 4711;
	write_file(path, "MaxSessions 5\n", 0664);
	assert_int_equal(config_load(path, &alice, &p, &e), -EPERM);
	write_file(path, "MaxSessions 5\n", 0646);
	assert_int_equal(config_load(path, &alice, &p, &e), -EPERM);
	assert_non_null(strstr(e.text, root ? "only root can write" : "expected a file owned by root"));
	assert_non_null(strstr(e.text, path));
	write_file(path, "\nMaxSessions five\n", 0600);
	if (root) {
		assert_int_equal(config_load(path, &alice, &p, &e), -EBADMSG);
		assert_non_null(strstr(e.text, ":2: MaxSessions: expected a number"));
		assert_int_equal(chown(path, 1, 0), 0);
		assert_int_equal(config_load(path, &alice, &p, &e), -EPERM);
		assert_int_equal(chown(path, 0, 0), 0);
		assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
		assert_int_equal(config_load(path, &alice, &p, &e), -EFBIG);
	}
	write_file(path, "Enable maybe\n", 0666);
	assert_int_equal(config_check_file(path, false, &alice, &p, collect, &said), -EPERM);
	assert_int_equal(said.count, root ? 2 : 3);
	assert_non_null(strstr(said.text, "only root can write"));
	assert_non_null(strstr(said.text, ":1: Enable: expected yes or no"));
	said = (struct said){ .count = 0 };
	assert_int_equal(config_check_file(path, true, &alice, &p, collect, &said), -EBADMSG);
	assert_int_equal(said.count, 1);
	snprintf(link, sizeof link, "%s.l", path);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(config_load(link, &alice, &p, &e), -ELOOP);
	unlink(link);
	assert_int_equal(config_load(".", &alice, &p, &e), -EINVAL);
	assert_int_equal(p.max_sessions, 4711);
	unlink(path);
	/* No file is no mistake. */
	assert_int_equal(config_load(path, &alice, &p, &e), 0);
	assert_int_equal(p.max_sessions, 20);
	assert_int_equal(config_check_file(path, true, &alice, &p, collect, &said), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(keywords),
		cmocka_unit_test(limits_and_lists),
		cmocka_unit_test(first_value_counts),
		cmocka_unit_test(times_and_sizes),
		cmocka_unit_test(refused_values),
		cmocka_unit_test(refused_lines),
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(match_blocks),
		cmocka_unit_test(subjects_without_groups),
		cmocka_unit_test(patterns),
		cmocka_unit_test(nonsense_in_criteria),
		cmocka_unit_test(values_are_shown_as_they_are_read),
		cmocka_unit_test(lines_without_effect),
		cmocka_unit_test(all_mistakes_at_once),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
