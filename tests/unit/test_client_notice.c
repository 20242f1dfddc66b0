/* SPDX-License-Identifier: MIT */
/* The row of the notice at 80 columns and fewer: each reason stands in it whole. */
#include <stdio.h>

#include "unit.h"

#include "local_notice.h"
#include "local_why.h"

/* Sentences as libssh, ssh, the C library and the client word them. */
static const struct { const char *sentence, *words; } reasons[] = {
	{ "a web server answers, and not sshd: does this network want you to sign in?", "HTTP: captive portal?" },
	{ "the host says: Exceeded MaxStartups", "sshd busy: MaxStartups" },
	{ "the host says: Not allowed at this time", "sshd bars this address" },
	{ "server, port 22: Connection refused", "connection refused" },
	{ "ssh: connect to host server port 22: Connection refused", "connection refused" },
	{ "server, port 22: No route to host", "no route to it" },
	{ "server, port 22: Network is unreachable", "no network" },
	{ "the connection broke: Socket error: Connection reset by peer", "connection reset" },
	{ "the connection was closed before it said a word of ssh", "closed before login" },
	{ "kex_exchange_identification: Connection closed by remote host", "connection closed" },
	{ "server: Temporary failure in name resolution", "DNS fails" },
	{ "ssh: Could not resolve hostname server: Name or service not known", "no such name in DNS" },
	{ "the host key of server has changed", "host key has changed" },
	{ "alice@server: permission denied (publickey)", "login refused" },
	{ "server, port 22: Connection timed out", "" },
	{ "no connection within 20 seconds", "" },
	{ "no answer", "" },
};
#define REASONS (sizeof reasons / sizeof reasons[0])

static void
few_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < REASONS; i++) {
		const char *words = local_why(reasons[i].sentence);

		assert_non_null(words);
		assert_string_equal(words, reasons[i].words);
		assert_true(strlen(words) <= LOCAL_WHY_MAX);
		for (size_t j = 0; j < i; j++)
			if (strcmp(words, reasons[j].words) == 0 && *words)
				assert_string_equal(words, "connection refused");
	}
	assert_null(local_why("something that nobody has thought of"));
	assert_null(local_why(""));
}

/* A terminal of 80 columns leaves 79, whatever the age, the keys, and a name of usual length. */
static void
stands_whole_at_80(void **state)
{
	static const char *const hosts[] = { "h", "server", "build.example.org" };
	static const uint64_t ages[] = { 1, 59, 3599, 86399 };
	static const size_t keys[] = { 0, 1, 12, 65536 };
	char text[512], want[64];

	(void)state;
	for (size_t i = 0; i < REASONS * 3 * 4 * 4; i++) {
		const char *sentence = reasons[i / 48].sentence, *words = reasons[i / 48].words;
		struct local_notice n = { .host = hosts[i % 3], .reason = sentence, .seconds = ages[i / 3 % 4],
		                          .kept = keys[i / 12 % 4], .escape = '~' };
		size_t len = local_notice_text(&n, 79, text, sizeof text);

		assert_int_equal(len, strlen(text));
		assert_true(len <= 79);
		assert_non_null(strstr(text, " does not answer "));
		assert_non_null(strstr(text, "C stops"));
		snprintf(want, sizeof want, *words ? "(%s)" : "- ", words);
		assert_non_null(strstr(text, want));
		assert_true(*words || !strchr(text, '('));
		snprintf(want, sizeof want, "%zu ", n.kept);
		assert_true(!n.kept || strstr(text, want));
	}
}

/* The longest form where there is room; any width is kept to. */
static void
other_widths(void **state)
{
	struct local_notice n = { .host = "server", .reason = "server, port 22: Connection refused", .seconds = 12,
	                          .kept = 3, .escape = '~' };
	char text[512];

	(void)state;
	local_notice_text(&n, 119, text, sizeof text);
	assert_string_equal(text, "holdfast: server does not answer for 12s (connection refused) - Ctrl-C stops waiting"
	                          " - 3 keys kept");
	for (unsigned cols = 10; cols < 200; cols++)
		assert_true(local_notice_text(&n, cols, text, sizeof text) <= cols);
	n.reason = "something that nobody has thought of, in a sentence that goes on "
	           "for more than one row of a terminal";
	for (unsigned cols = 10; cols < 200; cols++)
		assert_true(local_notice_text(&n, cols, text, sizeof text) <= cols);
	local_notice_text(&n, 79, text, sizeof text);
	assert_non_null(strstr(text, "(something that nobody"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_words), cmocka_unit_test(stands_whole_at_80), cmocka_unit_test(other_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
