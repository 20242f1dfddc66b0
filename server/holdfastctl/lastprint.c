/* SPDX-License-Identifier: MIT */
#include "lastprint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "age.h"
#include "clock.h"
#include "endwords.h"
#include "json.h"
#include "keptdir.h"
#include "log.h"

#define TIME_CAP 40

/* "Nov 29 14:02", or with YEAR "2026-11-29 14:02:03 +0100". */
static void
put_time(char out[TIME_CAP], uint64_t ms, bool year)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(out, TIME_CAP, year ? "%Y-%m-%d %H:%M:%S %z" : "%b %e %H:%M", &tm))
		snprintf(out, TIME_CAP, "?");
}

/* TEXT escaped, or "-". */
static void
put_text(char out[4 * USER_CAP], const char *text)
{
	log_escape(out, 4 * USER_CAP, text[0] ? text : "-");
}

void
lastprint_table(const struct endrecord *v, size_t count, bool user)
{
	char name[4 * USER_CAP], program[4 * USER_CAP], who[4 * USER_CAP], how[TEXT_CAP], when[TIME_CAP];

	if (user)
		printf("%-12s ", "USER");
	printf("  ID  %-12s %-12s %-12s %-8s %s\n", "NAME", "PROGRAM", "ENDED", "LIFE", "HOW");
	for (size_t i = 0; i < count; i++) {
		uint64_t end = v[i].seen_ms ? v[i].seen_ms : v[i].time_ms;
		char life[AGE_CAP];

		put_text(name, v[i].name);
		put_text(program, v[i].program);
		put_text(who, v[i].user);
		put_time(when, v[i].time_ms, false);
		age_format(life, end > v[i].created_ms ? (end - v[i].created_ms) / 1000 : 0);
		endwords_how(&v[i], how);
		if (user)
			printf("%-12s ", who);
		printf("%4u  %-12s %-12s %-12s %-8s %s\n", (unsigned)v[i].session, name, program, when, life, how);
	}
}

static void
print_line(const char *label, const char *text)
{
	char safe[4 * USER_CAP];

	if (!text[0])
		return;
	log_escape(safe, sizeof safe, text);
	printf("%-9s %s\n", label, safe);
}

/* The last screen, if KeepText has kept it, and it is this user's own. */
static void
print_screen(const struct endrecord *r)
{
	const char *home = getenv("HOME");
	int dir = home && r->uid == geteuid() && r->unique[0] ? keptdir_open(home, false) : -1, fd;
	FILE *f;
	int c;

	if (dir < 0)
		return;
	fd = openat(dir, r->unique, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(dir);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (f)
		puts("\nThe last screen:");
	/* A terminal obeys nothing of this: C0 and DEL are left out, and C1 in UTF-8 begins with C2. */
	for (bool c2 = false; f && (c = getc(f)) != EOF;) {
		if (c2 && c >= 0xa0)
			putchar(0xc2);
		if (c != 0xc2 && (c == '\n' || (c >= ' ' && c != 127)) && !(c2 && c < 0xa0))
			putchar(c);
		c2 = c == 0xc2;
	}
	if (f)
		fclose(f);
}

void
lastprint_one(const struct endrecord *r)
{
	char text[TEXT_CAP], how[TEXT_CAP], when[TIME_CAP];

	endwords_session(r, text);
	endwords_how(r, how);
	printf("%s %s\n", text, how);
	print_line("user", r->user);
	put_time(when, r->created_ms, true);
	print_line("started", when);
	put_time(when, r->seen_ms, true);
	print_line("seen", r->seen_ms ? when : "");
	put_time(when, r->time_ms, true);
	print_line(r->seen_ms ? "missed" : "ended", when);
	print_line("reason", endrecord_why(r->why));
	print_line("by", endrecord_by(r->by));
	if (r->has_status) {
		char status[16];

		endrecord_status(r->status, status);
		print_line("status", status);
	}
	print_line("attached", r->attached ? "yes" : "no");
	print_line("name", r->name);
	print_line("program", r->program);
	print_line("last line", r->line);
	print_line("id", r->unique);
	print_screen(r);
}

static void
json_one(struct json *j, const struct endrecord *r)
{
	char status[16];

	json_open(j, NULL, '{');
	json_string(j, "user", r->user);
	json_number(j, "uid", r->uid);
	json_number(j, "session", r->session);
	json_string(j, "unique", r->unique);
	json_string(j, "why", endrecord_why(r->why));
	json_string(j, "by", endrecord_by(r->by));
	if (r->by == END_BY_PROCESS) {
		json_number(j, "by_uid", r->actor.uid);
		json_number(j, "by_pid", r->actor.pid);
		json_string(j, "by_program", r->actor.program);
		json_number(j, "signal", r->actor.signal);
		json_bool(j, "said_by_keeper", r->actor.said_by_keeper);
	}
	endrecord_status(r->status, status);
	if (r->has_status)
		json_string(j, "status", status);
	if (r->idle_s)
		json_number(j, "idle_s", r->idle_s);
	json_number(j, "time_ms", r->time_ms);
	if (r->seen_ms)
		json_number(j, "seen_ms", r->seen_ms);
	json_number(j, "created_ms", r->created_ms);
	json_bool(j, "attached", r->attached);
	json_bool(j, "told", r->told);
	json_string(j, "name", r->name);
	json_string(j, "program", r->program);
	json_string(j, "line", r->line);
	json_string(j, "boot", r->boot);
	json_close(j, '}');
}

void
lastprint_json(const struct endrecord *v, size_t count)
{
	struct json j;

	json_begin(&j, stdout);
	json_open(&j, "ends", '[');
	for (size_t i = 0; i < count; i++)
		json_one(&j, &v[i]);
	json_close(&j, ']');
	json_end(&j);
}
