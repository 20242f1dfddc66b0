/* SPDX-License-Identifier: MIT */
#include "whyprint.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "log.h"

#define TIME_CAP 40
#define SCHEMA 1

static void
put_time(char out[TIME_CAP], uint64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(out, TIME_CAP, "%b %e %H:%M:%S", &tm))
		snprintf(out, TIME_CAP, "?");
}

static void
print_one(const struct why *w, bool user)
{
	char when[TIME_CAP], first[TIME_CAP], who[4 * USER_CAP], from[4 * ADDRESS_CAP];

	put_time(when, w->time_ms);
	put_time(first, w->first_ms);
	log_escape(who, sizeof who, w->user[0] ? w->user : "-");
	log_escape(from, sizeof from, w->address[0] ? w->address : "-");
	printf("%s  ", when);
	if (user)
		printf("%-12s ", who);
	printf("%-15s  ", from);
	if (w->of_login)
		printf("%s: ", w->got);
	fputs(w->text, stdout);
	if (w->times > 1)
		printf(" (%u times since %s)", w->times, first);
	puts(w->said ? " [said by the user's process]" : "");
	if (w->mend[0])
		printf("%17s%s\n", "", w->mend);
}

void
whyprint_text(const struct whyprint_now *now, size_t now_count, const struct why *v, size_t count, bool user)
{
	for (size_t i = 0; i < now_count; i++) {
		printf("now: %s\n", now[i].text);
		if (now[i].mend[0])
			printf("     %s\n", now[i].mend);
	}
	for (size_t i = 0; i < count; i++)
		print_one(&v[i], user);
}

static void
json_one(struct json *j, const struct why *w)
{
	json_open(j, NULL, '{');
	json_number(j, "time_ms", w->time_ms);
	json_number(j, "first_ms", w->first_ms);
	json_number(j, "times", w->times);
	json_string(j, "event", w->event);
	json_string(j, "user", w->user);
	json_number(j, "uid", w->uid);
	if (w->session)
		json_number(j, "session", w->session);
	if (w->address[0])
		json_string(j, "address", w->address);
	if (w->word[0])
		json_string(j, "why", w->word);
	if (w->of_login)
		json_string(j, "got", w->got);
	json_string(j, "text", w->text);
	json_string(j, "mend", w->mend);
	json_bool(j, "said_by_user", w->said);
	json_close(j, '}');
}

void
whyprint_json(const struct whyprint_now *now, size_t now_count, const struct why *v, size_t count)
{
	struct json j;

	json_init(&j, stdout);
	json_open(&j, NULL, '{');
	json_number(&j, "schema", SCHEMA);
	json_open(&j, "now", '[');
	for (size_t i = 0; i < now_count; i++) {
		json_open(&j, NULL, '{');
		json_string(&j, "why", now[i].word);
		json_string(&j, "text", now[i].text);
		json_string(&j, "mend", now[i].mend);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_open(&j, "reasons", '[');
	for (size_t i = 0; i < count; i++)
		json_one(&j, &v[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	putchar('\n');
}
