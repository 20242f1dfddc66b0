/* SPDX-License-Identifier: MIT */
#include "lsprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "age.h"
#include "clock.h"
#include "ctl.h"
#include "json.h"
#include "log.h"
#include "programs.h"
#include "usage.h"

#define LEADERS_TIMEOUT_MS 2000 /* for the leaders of all sessions */

enum { USER, ID, NAME, STATE, SINCE, PROGRAM, SIZE, FROM, OUTPUT, CPU, MEMORY, PROCESSES, OF_KEEPER, OF_LEADER, COLUMNS };

/* A program's name has at most 64 bytes, each at most four long when escaped; a user's name has 256. */
struct row {
	char cell[COLUMNS][4 * USER_CAP];
};

static const struct row heading = {
	{ "USER", "  ID", "NAME", "STATE", "SINCE", "PROGRAM", "SIZE", "FROM", "OUTPUT", "CPU", "MEMORY", "PROCS",
	  "VERSION", "LEADER" },
};

/* Leaders that hang cost no more than this together. */
static void
ask_programs(const struct sessionlist_session *a, uint64_t deadline, struct programs *p)
{
	uint64_t now = clock_now_ms();

	programs_of(a->uid, &a->status, deadline > now ? (int)(deadline - now) : 0, p);
}

static void
put_bytes(char *out, size_t cap, uint64_t bytes)
{
	if (bytes < 10000)
		snprintf(out, cap, "%" PRIu64, bytes);
	else if (bytes < 10000 * 1024)
		snprintf(out, cap, "%" PRIu64 "K", bytes / 1024);
	else
		snprintf(out, cap, "%" PRIu64 "M", bytes / 1048576);
}

static bool
is_away(const struct attach_status *s)
{
	return s->state == ATTACH_STATE_DROPPED || s->state == ATTACH_STATE_CLAIMING;
}

static bool
is_own(const struct sessionlist_session *a)
{
	return a->uid == getuid() && a->status.id == ctl_own_session();
}

static void
fill_usage(struct row *r, const struct usage *u)
{
	size_t cap = sizeof r->cell[0];

	if (!u->known) {
		strcpy(r->cell[CPU], "-");
		strcpy(r->cell[MEMORY], "-");
		strcpy(r->cell[PROCESSES], "-");
		return;
	}
	snprintf(r->cell[CPU], cap, "%" PRIu64 ".%02us", u->cpu_ms / 1000, (unsigned)(u->cpu_ms % 1000 / 10));
	put_bytes(r->cell[MEMORY], cap, u->memory_bytes);
	snprintf(r->cell[PROCESSES], cap, "%" PRIu64, u->processes);
}

/* "0.1.0", or "0.1.0(old)". */
static void
put_version(char *out, size_t cap, enum programs_age age, const char *version)
{
	char safe[4 * VERSION_CAP];

	log_escape(safe, sizeof safe, age != PROGRAMS_UNKNOWN && *version ? version : "-");
	snprintf(out, cap, "%s%s", safe, age == PROGRAMS_OLD ? "(old)" : "");
}

static void
fill_programs(struct row *r, const struct attach_status *s, const struct programs *p)
{
	put_version(r->cell[OF_KEEPER], sizeof r->cell[0], p->keeper, s->version);
	put_version(r->cell[OF_LEADER], sizeof r->cell[0], p->leader, p->leader_is.version);
}

static void
fill_row(struct row *r, const struct sessionlist_session *a)
{
	const struct attach_status *s = &a->status;
	size_t cap = sizeof r->cell[0];
	char user[USER_CAP];

	sessionlist_user_of(a, user);
	log_escape(r->cell[USER], cap, user);
	snprintf(r->cell[ID], cap, "%c %u", is_own(a) ? '*' : ' ', s->id);
	log_escape(r->cell[NAME], cap, *s->name ? s->name : "-");
	if (s->attachments > 1)
		snprintf(r->cell[STATE], cap, "%s(%u)", attach_state_word(s->state), s->attachments);
	else
		snprintf(r->cell[STATE], cap, "%s", attach_state_word(s->state));
	/* Neither its keeper nor its leader may have said. */
	if (s->changed_ms)
		age_since(r->cell[SINCE], s->changed_ms);
	else
		strcpy(r->cell[SINCE], "-");
	log_escape(r->cell[PROGRAM], cap, *s->program ? s->program : "-");
	if (s->kind == ATTACH_KIND_COMMAND)
		snprintf(r->cell[SIZE], cap, "pipes");
	else if (attach_state_silent(s->state))
		strcpy(r->cell[SIZE], "-");
	else
		snprintf(r->cell[SIZE], cap, "%ux%u", s->cols, s->rows);
	log_escape(r->cell[FROM], cap, *s->address ? s->address : "-");
	if (is_away(s))
		put_bytes(r->cell[OUTPUT], cap, s->away_bytes);
	else
		strcpy(r->cell[OUTPUT], "-");
}

static bool
is_shown(int column, const struct lsprint *how)
{
	return column == USER ? how->user : column < CPU || how->more;
}

static void
print_row(const struct row *r, const int width[COLUMNS], const struct lsprint *how)
{
	int last = how->more ? OF_LEADER : OUTPUT;

	for (int c = 0; c < last; c++)
		if (is_shown(c, how))
			printf("%-*s  ", width[c], r->cell[c]);
	puts(r->cell[last]);
}

static void
measure(const struct row *r, int width[COLUMNS])
{
	for (int c = 0; c < COLUMNS; c++)
		if ((int)strlen(r->cell[c]) > width[c])
			width[c] = (int)strlen(r->cell[c]);
}

/* What -l shows besides. */
static void
fill_more(struct row *r, const struct sessionlist_session *a, const struct usage_table *t, uint64_t deadline,
          struct programs_count *count)
{
	struct usage u = { .known = false };
	struct programs p;

	usage_of(t, (pid_t)a->status.keeper_pid, (pid_t)a->status.shell_pid, &u);
	fill_usage(r, &u);
	ask_programs(a, deadline, &p);
	fill_programs(r, &a->status, &p);
	programs_add(count, &p);
}

static void
say_old(const struct programs_count *c)
{
	if (c->keepers)
		ctl_error("%zu %s an older program; holdfastctl upgrade -a gives them the installed one", c->keepers,
		          c->keepers == 1 ? "session runs" : "sessions run");
	if (c->leaders)
		ctl_error("%zu %s: a leader, and a holdfast-login beside a terminal, run the older program until the "
		          "session, or the login, ends", c->leaders,
		          c->leaders == 1 ? "session has an older leader" : "sessions have older leaders");
}

void
lsprint_table(const struct sessionlist *a, const struct lsprint *how)
{
	uint64_t deadline = clock_now_ms() + LEADERS_TIMEOUT_MS;
	struct usage_table *t = how->more ? usage_take() : NULL;
	struct row *rows = calloc(a->count, sizeof *rows);
	struct programs_count old = { 0, 0, 0 };
	int width[COLUMNS] = {0};

	measure(&heading, width);
	for (size_t i = 0; rows && i < a->count; i++) {
		fill_row(&rows[i], &a->v[i]);
		if (how->more)
			fill_more(&rows[i], &a->v[i], t, deadline, &old);
		measure(&rows[i], width);
	}
	print_row(&heading, width, how);
	for (size_t i = 0; rows && i < a->count; i++)
		print_row(&rows[i], width, how);
	free(rows);
	usage_free(t);
	say_old(&old);
}

static void
json_usage(struct json *j, const struct usage_table *t, const struct attach_status *s)
{
	struct usage u;

	usage_of(t, (pid_t)s->keeper_pid, (pid_t)s->shell_pid, &u);
	if (!u.known)
		return;
	json_number(j, "cpu_ms", u.cpu_ms);
	json_number(j, "memory_bytes", u.memory_bytes);
	json_number(j, "processes", u.processes);
	json_string(j, "cgroup", u.cgroup);
}

/* "old" is left out where that is unknown. */
static void
json_age(struct json *j, const char *key, enum programs_age age)
{
	if (age != PROGRAMS_UNKNOWN)
		json_bool(j, key, age == PROGRAMS_OLD);
}

static void
json_leader(struct json *j, const struct sessionlist_session *a, uint64_t deadline)
{
	struct programs p;

	ask_programs(a, deadline, &p);
	json_string(j, "leader_version", p.leader_is.version);
	json_string(j, "leader_build", p.leader_is.build);
	json_age(j, "leader_old", p.leader);
}

static void
json_session(struct json *j, const struct sessionlist_session *a)
{
	const struct attach_status *s = &a->status;
	char user[USER_CAP];

	sessionlist_user_of(a, user);
	json_string(j, "user", user);
	json_number(j, "uid", a->uid);
	json_number(j, "id", s->id);
	json_string(j, "name", s->name);
	json_string(j, "kind", s->kind == ATTACH_KIND_COMMAND ? "command" : "terminal");
	json_string(j, "state", attach_state_word(s->state));
	json_number(j, "attachments", s->attachments);
	json_number(j, "keeper_pid", s->keeper_pid);
	json_number(j, "shell_pid", s->shell_pid);
	json_number(j, "rows", s->rows);
	json_number(j, "cols", s->cols);
	json_string(j, "program", s->program);
	json_string(j, "address", s->address);
	json_number(j, "created_ms", s->created_ms);
	json_number(j, "changed_ms", s->changed_ms);
	json_number(j, "activity_ms", s->activity_ms);
	json_number(j, "offset", s->offset);
	json_number(j, "away_bytes", s->away_bytes);
	json_bool(j, "vouched", s->vouched != 0);
	json_bool(j, "own", is_own(a));
	json_string(j, "term", s->term);
	json_string(j, "version", s->version);
	json_string(j, "build", s->build);
	json_age(j, "old", programs_keeper(s));
}

void
lsprint_json(const struct sessionlist *a, const struct lsprint *how)
{
	uint64_t deadline = clock_now_ms() + LEADERS_TIMEOUT_MS;
	struct usage_table *t = how->more ? usage_take() : NULL;
	struct json j;

	json_begin(&j, stdout);
	json_open(&j, "sessions", '[');
	for (size_t i = 0; i < a->count; i++) {
		json_open(&j, NULL, '{');
		json_session(&j, &a->v[i]);
		if (how->more) {
			json_usage(&j, t, &a->v[i].status);
			json_leader(&j, &a->v[i], deadline);
		}
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_number(&j, "silent", a->silent);
	if (how->user)
		json_number(&j, "hidden", a->hidden);
	json_end(&j);
	usage_free(t);
}
