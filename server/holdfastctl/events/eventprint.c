/* SPDX-License-Identifier: MIT */
#include "eventprint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "log.h"

#define TIME_CAP 40
#define ADDRESS_WIDTH 15

bool
eventprint_is_number(const char *key)
{
	static const char *const numbers[] = {
		"uid", "session", "duration", "code", "by-uid", "by-pid", "by-login-uid", "signal", "idle_s", "suppressed",
		"left_out", "bytes", "errno", "seen_ms", "other",
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(numbers[i], key) == 0)
			return true;
	return false;
}

static bool
is_flag(const char *key)
{
	static const char *const flags[] = { "other-key", "said-by-keeper", "said-by-user" };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(flags[i], key) == 0)
			return true;
	return false;
}

/* Its value is known: not "-", as the log has it, and a session has a number. */
static bool
is_known(const char *key, const char *value)
{
	if (strcmp(key, "session") == 0)
		return strcmp(value, "0") != 0;
	return *value && strcmp(value, "-") != 0;
}

void
eventprint_json(const struct event *e)
{
	struct json j;

	json_init(&j, stdout);
	json_open(&j, NULL, '{');
	json_number(&j, "schema", 1);
	json_number(&j, "time_ms", e->time_ms);
	json_number(&j, "seq", e->seq);
	for (unsigned i = 0; i < e->count; i++) {
		const char *key = event_key(e, i), *value = event_value(e, i);
		char name[EVENT_KEY_MAX + 1];
		uint64_t number;

		if (!is_known(key, value))
			continue;
		snprintf(name, sizeof name, "%s", key);
		for (char *p = name; *p; p++)
			if (*p == '-')
				*p = '_';
		if (is_flag(key))
			json_bool(&j, name, strcmp(value, "yes") == 0);
		else if (eventprint_is_number(key) && event_get_number(e, key, &number) == 0)
			json_number(&j, name, number);
		else
			json_string(&j, name, value);
	}
	json_close(&j, '}');
	putchar('\n');
}

/* The value of KEY, escaped, or "-". */
static void
put_text(char *out, size_t cap, const struct event *e, const char *key)
{
	const char *value = event_get(e, key);

	log_escape(out, cap, value && is_known(key, value) ? value : "-");
}

/* Fields that have a column, or say who it was. */
static bool
has_place(const char *key)
{
	static const char *const placed[] = { "event", "user", "uid", "session", "unique", "name", "address", "key", "who" };

	for (size_t i = 0; i < sizeof placed / sizeof *placed; i++)
		if (strcmp(placed[i], key) == 0)
			return true;
	return false;
}

void
eventprint_head(bool user)
{
	printf("%-15s %s%-15s %4s %-12s %-15s %s\n", "TIME", user ? "USER         " : "", "EVENT", "ID", "NAME", "ADDRESS",
	       "WHAT");
}

void
eventprint_line(const struct event *e, bool user)
{
	char when[TIME_CAP], name[160], who[1100], event[160], session[32], address[300];
	time_t t = (time_t)(e->time_ms / 1000);
	struct tm tm;
	int pad;

	if (!localtime_r(&t, &tm) || !strftime(when, sizeof when, "%b %e %H:%M:%S", &tm))
		snprintf(when, sizeof when, "?");
	put_text(event, sizeof event, e, "event");
	put_text(who, sizeof who, e, "user");
	put_text(session, sizeof session, e, "session");
	put_text(name, sizeof name, e, "name");
	put_text(address, sizeof address, e, "address");
	printf("%s ", when);
	if (user)
		printf("%-12s ", who);
	printf("%-15s %4s %-12s %s", event, session, name, address);
	pad = strlen(address) < ADDRESS_WIDTH ? ADDRESS_WIDTH - (int)strlen(address) : 0;
	for (unsigned i = 0; i < e->count; i++) {
		const char *key = event_key(e, i), *value = event_value(e, i);
		char safe[4 * 512];

		if (has_place(key) || !is_known(key, value))
			continue;
		log_escape(safe, sizeof safe, value);
		printf(strchr(safe, ' ') ? "%*s %s=\"%s\"" : "%*s %s=%s", pad, "", key, safe);
		pad = 0;
	}
	putchar('\n');
}
