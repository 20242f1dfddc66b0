/* SPDX-License-Identifier: MIT */
#include "config_keyword.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config_number.h"
#include "config_pool_kinds.h"
#include "match.h"

#define TEN_YEARS (UINT64_C(3650) * 24 * 60 * 60)
#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

/* One of the words of K: its number, or -EBADMSG. */
static int
word_number(const struct config_keyword *k, const char *value)
{
	for (int i = 0; k->words[i]; i++)
		if (strcasecmp(value, k->words[i]) == 0)
			return i;
	return -EBADMSG;
}

static int
read_yes_no(const struct config_keyword *k, void *at, const char *value)
{
	int n = word_number(k, value);

	if (n < 0)
		return n;
	*(bool *)at = n != 0;
	return 0;
}

static void
show_yes_no(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	snprintf(out, CONFIG_VALUE_CAP, "%s", k->words[*(const bool *)at]);
}

_Static_assert(sizeof(enum config_take_over) == sizeof(unsigned), "choices are read as unsigned");

static int
read_choice(const struct config_keyword *k, void *at, const char *value)
{
	int n = word_number(k, value);
	unsigned choice = (unsigned)n;

	if (n < 0)
		return n;
	memcpy(at, &choice, sizeof choice);
	return 0;
}

static void
show_choice(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	unsigned choice;

	memcpy(&choice, at, sizeof choice);
	snprintf(out, CONFIG_VALUE_CAP, "%s", k->words[choice]);
}

static int
read_number(const struct config_keyword *k, void *at, const char *value)
{
	uint64_t v;

	if (config_number(&value, k->max, &v) || *value || v < k->min)
		return -EBADMSG;
	*(uint32_t *)at = (uint32_t)v;
	return 0;
}

static void
show_number(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%" PRIu32, *(const uint32_t *)at);
}

/* Whether VALUE is "none", which is in *AT then. */
static bool
is_none(void *at, const char *value)
{
	bool none = strcasecmp(value, "none") == 0;

	if (none)
		*(uint32_t *)at = CONFIG_NONE;
	return none;
}

static int
read_number_or_none(const struct config_keyword *k, void *at, const char *value)
{
	return is_none(at, value) ? 0 : read_number(k, at, value);
}

static void
show_number_or_none(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	if (*(const uint32_t *)at == CONFIG_NONE)
		snprintf(out, CONFIG_VALUE_CAP, "none");
	else
		show_number(k, at, out);
}

static int
seconds_of(const struct config_keyword *k, const char *value, uint64_t *seconds)
{
	return config_seconds(value, k->max, seconds) || *seconds < k->min ? -EBADMSG : 0;
}

static int
read_seconds_or_none(const struct config_keyword *k, void *at, const char *value)
{
	uint64_t seconds;

	if (is_none(at, value))
		return 0;
	if (seconds_of(k, value, &seconds))
		return -EBADMSG;
	*(uint32_t *)at = (uint32_t)seconds;
	return 0;
}

/* "90s", "7d": the largest unit that says it exactly. */
static void
put_time(uint64_t seconds, char out[CONFIG_VALUE_CAP])
{
	static const struct { uint64_t seconds; char unit; } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (seconds && seconds % units[i].seconds == 0) {
			snprintf(out, CONFIG_VALUE_CAP, "%" PRIu64 "%c", seconds / units[i].seconds, units[i].unit);
			return;
		}
	snprintf(out, CONFIG_VALUE_CAP, "%" PRIu64 "s", seconds);
}

static void
show_seconds_or_none(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	(void)k;
	if (*(const uint32_t *)at == CONFIG_NONE)
		snprintf(out, CONFIG_VALUE_CAP, "none");
	else
		put_time(*(const uint32_t *)at, out);
}

/* Said in seconds, kept in milliseconds. */
static int
read_milliseconds(const struct config_keyword *k, void *at, const char *value)
{
	uint64_t seconds;

	if (seconds_of(k, value, &seconds))
		return -EBADMSG;
	*(uint32_t *)at = (uint32_t)(seconds * 1000);
	return 0;
}

static void
show_milliseconds(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	(void)k;
	put_time(*(const uint32_t *)at / 1000, out);
}

/* "65536", "64K", "1M", "1G": bytes. */
static int
read_size(const struct config_keyword *k, void *at, const char *value)
{
	static const char units[] = "kmg";
	const char *unit;
	uint64_t n;

	if (config_number(&value, UINT32_MAX, &n))
		return -EBADMSG;
	if (*value) {
		unit = strchr(units, *value | 0x20);
		if (!unit || !*unit || value[1])
			return -EBADMSG;
		n <<= 10 * (unit - units + 1);
	}
	if (n < k->min || n > k->max)
		return -EBADMSG;
	*(uint64_t *)at = n;
	return 0;
}

/* A size that is rounded up to a power of two. */
static int
read_power(const struct config_keyword *k, void *at, const char *value)
{
	uint64_t wanted, power = k->min;

	if (read_size(k, &wanted, value))
		return -EBADMSG;
	while (power < wanted)
		power *= 2;
	*(uint64_t *)at = power;
	return 0;
}

static void
show_size(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	uint64_t bytes = *(const uint64_t *)at;

	(void)k;
	if (bytes % MIB == 0)
		snprintf(out, CONFIG_VALUE_CAP, "%" PRIu64 "M", bytes / MIB);
	else if (bytes % KIB == 0)
		snprintf(out, CONFIG_VALUE_CAP, "%" PRIu64 "K", bytes / KIB);
	else
		snprintf(out, CONFIG_VALUE_CAP, "%" PRIu64, bytes);
}

/* The list grows by VALUE.  "none" is an empty list and stands alone. */
static int
read_pattern(const struct config_keyword *k, void *at, const char *value)
{
	char *list = at;
	size_t len = strlen(list);

	if (value[strcspn(value, k->refused)])
		return -EBADMSG;
	if (strcasecmp(value, "none") == 0)
		return len ? -EBADMSG : 0;
	if (!match_list_ok(value) || len + strlen(value) + 2 > k->max)
		return -EBADMSG;
	snprintf(list + len, k->max - len, "%s%s", len ? "," : "", value);
	return 0;
}

static void
show_patterns(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const char *list = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s", list[0] ? list : "none");
	for (char *c = out; *c; c++)
		if (*c == ',')
			*c = ' ';
}

static int
read_service(const struct config_keyword *k, void *at, const char *value)
{
	size_t len = strlen(value);

	if (strcasecmp(value, "none") == 0)
		len = 0;
	else if (!len || len >= k->max || value[0] == '.' || strcmp(value, "other") == 0 ||
	         strspn(value, CONFIG_SERVICE_CHARS) != len)
		return -EBADMSG;
	memcpy(at, value, len);
	((char *)at)[len] = '\0';
	return 0;
}

static void
show_service(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP])
{
	const char *service = at;

	(void)k;
	snprintf(out, CONFIG_VALUE_CAP, "%s", service[0] ? service : "none");
}

static const struct config_kind yes_no = { .read = read_yes_no, .show = show_yes_no };
static const struct config_kind host_yes_no = { .read = read_yes_no, .show = show_yes_no, .host = true };
static const struct config_kind choice = { .read = read_choice, .show = show_choice };
static const struct config_kind number = { .read = read_number, .show = show_number };
static const struct config_kind number_or_none = { .read = read_number_or_none, .show = show_number_or_none };
static const struct config_kind seconds_or_none = { .read = read_seconds_or_none, .show = show_seconds_or_none };
static const struct config_kind milliseconds = { .read = read_milliseconds, .show = show_milliseconds };
static const struct config_kind size = { .read = read_size, .show = show_size };
static const struct config_kind power_of_two = { .read = read_power, .show = show_size };
static const struct config_kind patterns = { .read = read_pattern, .show = show_patterns, .list = true };
static const struct config_kind service = { .read = read_service, .show = show_service };

/* By the numbers of false and true, and of the enums in config.h. */
static const char *const yes_no_words[] = { "no", "yes", NULL };
static const char *const take_over_words[] = { [CONFIG_TAKE_NO] = "no", [CONFIG_TAKE_YES] = "yes",
	                                       [CONFIG_TAKE_ASK] = "ask", NULL };
static const char *const size_policy_words[] = { [CONFIG_SIZE_LATEST] = "latest", [CONFIG_SIZE_SMALLEST] = "smallest",
                                                 [CONFIG_SIZE_LARGEST] = "largest", NULL };
static const char *const keep_text_words[] = { [CONFIG_KEEP_NONE] = "none", [CONFIG_KEEP_SCREEN] = "screen",
	                                       [CONFIG_KEEP_SCROLLBACK] = "scrollback", NULL };
static const char *const pool_show_words[] = { "none", "program", NULL };

#define AT(member) offsetof(struct config_policy, member)
#define YES_NO(member) &yes_no, AT(member), 0, 1, yes_no_words, NULL, "yes or no"
#define CHOICE(member, words, expected) &choice, AT(member), 0, 0, words, NULL, expected
#define RANGE(kind, member, min, max, expected) &kind, AT(member), min, max, NULL, NULL, expected
#define TEXT(kind, member, cap, refused, expected) &kind, AT(member), 0, cap, NULL, refused, expected
#define POOL(kind, member, expected)                                                                                   \
	&config_kind_pool_##kind, AT(pool.member), 0, sizeof(((struct config_policy *)0)->pool.member), NULL, NULL, expected

/* In the order in which check-config shows them. */
static const struct config_keyword keywords[] = {
	{ "Enable", YES_NO(enable) },
	{ "MaxSessions", RANGE(number, max_sessions, 0, 10000, "a number from 0 to 10000") },
	{ "MaxSessionsTotal", RANGE(number_or_none, max_total, 0, 1000000, "none or a number from 0 to 1000000") },
	{ "DetachedTimeout", RANGE(seconds_or_none, detached_s, 1, TEN_YEARS, "none or a time from 1s to 10 years") },
	{ "IdleShellTimeout", RANGE(seconds_or_none, idle_shell_s, 1, TEN_YEARS, "none or a time from 1s to 10 years") },
	{ "IdleDetach", RANGE(seconds_or_none, idle_detach_s, 1, TEN_YEARS, "none or a time from 1s to 10 years") },
	{ "KeepText", CHOICE(keep_text, keep_text_words, "none, screen or scrollback") },
	{ "ElevatedTimeout", RANGE(seconds_or_none, elevated_s, 0, TEN_YEARS, "none or a time from 0 to 10 years") },
	{ "LoginTimeout", RANGE(milliseconds, login_timeout_ms, 1, 600, "a time from 1s to 10m") },
	{ "StallTimeout", RANGE(milliseconds, stall_timeout_ms, 1, 86400, "a time from 1s to 1d") },
	{ "RingSize", RANGE(power_of_two, ring_bytes, 64 * KIB, 64 * MIB, "a size from 64K to 64M") },
	{ "InputMemory", RANGE(size, input_bytes, 64 * KIB, 1024 * MIB, "a size from 64K to 1G") },
	{ "Scrollback", RANGE(number, scrollback, 0, CONFIG_SCROLLBACK_MAX, "a number from 0 to 100000") },
	{ "Banner", YES_NO(banner) },
	{ "MatchKey", YES_NO(match_key) },
	{ "TakeOver", CHOICE(take_over, take_over_words, "yes, no or ask") },
	{ "SizePolicy", CHOICE(size_policy, size_policy_words, "latest, smallest or largest") },
	{ "AcceptEnv", TEXT(patterns, accept_env, CONFIG_ACCEPT_CAP, "=", "names of variables or patterns, or none") },
	{ "PamService", TEXT(service, pam_service, CONFIG_SERVICE_CAP, NULL,
	                     "none or the name of a PAM service, in lower case") },
	{ "PamSkip", TEXT(patterns, pam_skip, CONFIG_SKIP_CAP, "/", "names of PAM modules or patterns, or none") },
	{ "UpgradeSessions", YES_NO(upgrade_sessions) },
	{ "Pool", POOL(name, name, "none or a name, 1 to 32 of a-z 0-9 -") },
	{ "PoolNode", POOL(node, node, "none or a name, 1 to 63 of A-Z a-z 0-9 . _ -") },
	{ "PoolAddress", POOL(host, address, "none or the name or address of this host") },
	{ "PoolDirectory", POOL(directory, directory, "none, or etcd and https://host:port,https://host:port...") },
	{ "PoolTLS", POOL(tls, tls, "none, or absolute paths: of a CA, or of a CA, a certificate and its key") },
	{ "PoolUser", POOL(user, user, "none, or a name and the absolute path of a password file") },
	{ "PoolVouch", POOL(vouch, vouch, "no, munge, or key and the absolute path of a file") },
	{ "PoolTrust", TEXT(patterns, pool.trust, CONFIG_POOL_TRUST_CAP, "/:", "names of nodes or patterns, or none") },
	{ "PoolShow", &host_yes_no, AT(pool.show_program), 0, 1, pool_show_words, NULL, "none or program" },
	{ "PoolResume", YES_NO(pool.resume) },
	{ "PoolTimeout", RANGE(milliseconds, pool.timeout_ms, 1, 60, "a time from 1s to 1m") },
};

#define KEYWORDS (sizeof keywords / sizeof *keywords)

_Static_assert(KEYWORDS <= 64, "a reading has a bit for each");

const struct config_keyword *
config_keyword(size_t i)
{
	return i < KEYWORDS ? &keywords[i] : NULL;
}

int
config_keyword_find(const char *name)
{
	for (size_t i = 0; i < KEYWORDS; i++)
		if (strcasecmp(name, keywords[i].name) == 0)
			return (int)i;
	return -ENOENT;
}

int
config_keyword_set(const struct config_keyword *k, struct config_policy *p, const char *value)
{
	return k->kind->read(k, (char *)p + k->at, value);
}

bool
config_keyword_is_list(const struct config_keyword *k)
{
	return k->kind->list;
}

bool
config_keyword_is_host(const struct config_keyword *k)
{
	return k->kind->host;
}

bool
config_keyword_is_whole(const struct config_keyword *k, const struct config_policy *p)
{
	return !k->kind->whole || k->kind->whole((const char *)p + k->at);
}

void
config_keyword_clear(const struct config_keyword *k, struct config_policy *p)
{
	if (k->kind->clear)
		k->kind->clear((char *)p + k->at);
	else
		*((char *)p + k->at) = '\0';
}

void
config_keyword_put(const struct config_keyword *k, const struct config_policy *p, char out[CONFIG_VALUE_CAP])
{
	k->kind->show(k, (const char *)p + k->at, out);
}
