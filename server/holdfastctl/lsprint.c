/* SPDX-License-Identifier: MIT */
#include "lsprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "age.h"
#include "clock.h"
#include "ctl.h"
#include "log.h"
#include "lsdetails.h"
#include "programs.h"
#include "usage.h"

#define CELL_CAP (4 * USER_CAP) /* a name, each byte of which may be four long when escaped */

/* A session, and what its row is made of. */
struct shown {
	const struct sessionlist_session *s;
	const char *node;          /* that holds it; "": unknown */
	const struct lsdetails *d; /* these three: with costs … */
	struct usage usage;
	struct programs programs;
};

/* Bytes for people. */
static void
put_bytes(char out[CELL_CAP], uint64_t bytes)
{
	if (bytes < 10000)
		snprintf(out, CELL_CAP, "%" PRIu64, bytes);
	else if (bytes < 10000 * 1024)
		snprintf(out, CELL_CAP, "%" PRIu64 "K", bytes / 1024);
	else
		snprintf(out, CELL_CAP, "%" PRIu64 "M", bytes / 1048576);
}

static void
put_text(char out[CELL_CAP], const char *text)
{
	log_escape(out, CELL_CAP, *text ? text : "-");
}

static void
put_age(char out[CELL_CAP], uint64_t since_ms)
{
	/* Neither its keeper nor its leader may have said. */
	if (since_ms)
		age_since(out, since_ms);
	else
		strcpy(out, "-");
}

static void
put_user(char out[CELL_CAP], const struct shown *w)
{
	char user[USER_CAP];

	sessionlist_user_of(w->s, user);
	put_text(out, user);
}

static void
put_id(char out[CELL_CAP], const struct shown *w)
{
	snprintf(out, CELL_CAP, "%c %u", sessionlist_is_own(w->s) ? '*' : ' ', w->s->status.id);
}

static void
put_node(char out[CELL_CAP], const struct shown *w)
{
	put_text(out, w->node);
}

static void
put_name(char out[CELL_CAP], const struct shown *w)
{
	put_text(out, w->s->status.name);
}

static void
put_state(char out[CELL_CAP], const struct shown *w)
{
	const struct attach_status *s = &w->s->status;
	bool stale = w->d && w->d->verdict == ATTACH_VERDICT_DEAD && s->state == ATTACH_STATE_ATTACHED;
	const char *word = attach_state_word(stale ? ATTACH_STATE_STALE : s->state);

	snprintf(out, CELL_CAP, s->attachments > 1 ? "%s(%u)" : "%s", word, s->attachments);
}

static void
put_since(char out[CELL_CAP], const struct shown *w)
{
	put_age(out, w->s->status.changed_ms);
}

static void
put_program(char out[CELL_CAP], const struct shown *w)
{
	put_text(out, w->s->status.program);
}

static void
put_size(char out[CELL_CAP], const struct shown *w)
{
	const struct attach_status *s = &w->s->status;

	if (s->kind == ATTACH_KIND_COMMAND)
		strcpy(out, "pipes");
	else if (attach_state_silent(s->state))
		strcpy(out, "-");
	else
		snprintf(out, CELL_CAP, "%ux%u", s->cols, s->rows);
}

static void
put_from(char out[CELL_CAP], const struct shown *w)
{
	put_text(out, w->s->status.address);
}

static void
put_output(char out[CELL_CAP], const struct shown *w)
{
	const struct attach_status *s = &w->s->status;

	if (!s->remote && (s->state == ATTACH_STATE_DROPPED || s->state == ATTACH_STATE_CLAIMING))
		put_bytes(out, s->away_bytes);
	else
		strcpy(out, "-");
}

static void
put_cpu(char out[CELL_CAP], const struct shown *w)
{
	const struct usage *u = &w->usage;

	if (u->known)
		snprintf(out, CELL_CAP, "%" PRIu64 ".%02us", u->cpu_ms / 1000, (unsigned)(u->cpu_ms % 1000 / 10));
	else
		strcpy(out, "-");
}

static void
put_memory(char out[CELL_CAP], const struct shown *w)
{
	if (w->usage.known)
		put_bytes(out, w->usage.memory_bytes);
	else
		strcpy(out, "-");
}

static void
put_processes(char out[CELL_CAP], const struct shown *w)
{
	if (w->usage.known)
		snprintf(out, CELL_CAP, "%" PRIu64, w->usage.processes);
	else
		strcpy(out, "-");
}

static void
put_lived(char out[CELL_CAP], const struct shown *w)
{
	put_age(out, w->s->status.created_ms);
}

/* The next that follows by itself. */
static void
put_expires(char out[CELL_CAP], const struct shown *w)
{
	const struct attach_status *s = &w->s->status;
	uint64_t at = s->ends_ms, now = clock_date_ms();
	const char *what = "";

	if (s->idle_ends_ms && (!at || s->idle_ends_ms < at)) {
		at = s->idle_ends_ms;
		what = " if idle";
	}
	if (s->put_out_ms && (!at || s->put_out_ms < at)) {
		at = s->put_out_ms;
		what = " detached";
	}
	if (!at) {
		strcpy(out, "-");
		return;
	}
	age_format(out, at > now ? (at - now) / 1000 : 0);
	strcat(out, what);
}

static void
put_login(char out[CELL_CAP], const struct shown *w)
{
	put_text(out, w->d ? w->d->login : "");
}

static void
put_cgroup(char out[CELL_CAP], const struct shown *w)
{
	put_text(out, w->usage.known ? w->usage.cgroup : "");
}

/* "0.1.0", or "0.1.0(old)". */
static void
put_version(char out[CELL_CAP], enum programs_age age, const char *version)
{
	put_text(out, age != PROGRAMS_UNKNOWN ? version : "");
	if (age == PROGRAMS_OLD)
		strcat(out, "(old)");
}

static void
put_keeper(char out[CELL_CAP], const struct shown *w)
{
	put_version(out, w->programs.keeper, w->s->status.version);
}

static void
put_leader(char out[CELL_CAP], const struct shown *w)
{
	put_version(out, w->programs.leader, w->programs.leader_is.version);
}

enum when { ALWAYS, WITH_USER, WITH_NODES, WITH_MORE, CHOSEN };

static const struct column {
	const char *name, *heading; /* for -o; above the column */
	enum when when;
	void (*put)(char out[CELL_CAP], const struct shown *w);
} columns[] = {
	{ "user", "USER", WITH_USER, put_user },
	{ "node", "NODE", WITH_NODES, put_node },
	{ "id", "  ID", ALWAYS, put_id },
	{ "name", "NAME", ALWAYS, put_name },
	{ "state", "STATE", ALWAYS, put_state },
	{ "since", "SINCE", ALWAYS, put_since },
	{ "program", "PROGRAM", ALWAYS, put_program },
	{ "size", "SIZE", ALWAYS, put_size },
	{ "from", "FROM", ALWAYS, put_from },
	{ "output", "OUTPUT", ALWAYS, put_output },
	{ "cpu", "CPU", WITH_MORE, put_cpu },
	{ "memory", "MEMORY", WITH_MORE, put_memory },
	{ "procs", "PROCS", WITH_MORE, put_processes },
	{ "age", "AGE", WITH_MORE, put_lived },
	{ "expires", "EXPIRES", WITH_MORE, put_expires },
	{ "login", "LOGIN", WITH_MORE, put_login },
	{ "cgroup", "CGROUP", CHOSEN, put_cgroup },
	{ "version", "VERSION", WITH_MORE, put_keeper },
	{ "leader", "LEADER", WITH_MORE, put_leader },
};

#define COLUMNS (sizeof columns / sizeof *columns)
_Static_assert(COLUMNS <= LSPRINT_COLUMNS, "all columns can be chosen");

const char *
lsprint_names(void)
{
	static char names[256];
	size_t len = 0;

	for (size_t i = 0; i < COLUMNS && len < sizeof names; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "", columns[i].name);
	return names;
}

const char *
lsprint_choose(struct lsprint *how, char *list)
{
	for (char *word = list, *next; word; word = next) {
		size_t i = 0;

		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		while (i < COLUMNS && strcasecmp(word, columns[i].name) != 0)
			i++;
		if (i == COLUMNS || how->column_count == LSPRINT_COLUMNS)
			return word;
		how->columns[how->column_count++] = (unsigned char)i;
	}
	return NULL;
}

/* The columns that are shown. */
static void
choose(struct lsprint *how)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		enum when when = columns[i].when;

		if (when == ALWAYS || (when == WITH_USER && how->user) || (when == WITH_MORE && how->more) ||
		    (when == WITH_NODES && how->elsewhere && how->elsewhere->count))
			how->columns[how->column_count++] = (unsigned char)i;
	}
}

/* What is not known without -l. */
static bool
needs_more(const struct lsprint *how)
{
	for (size_t i = 0; i < how->column_count; i++)
		if (columns[how->columns[i]].when == WITH_MORE || columns[how->columns[i]].when == CHOSEN)
			return true;
	return how->more;
}

struct table {
	char (*cells)[CELL_CAP]; /* a row's after the other's, the headings first */
	int width[LSPRINT_COLUMNS];
	size_t columns;
};

static void
fill_row(struct table *t, size_t row, const struct lsprint *how, const struct shown *w)
{
	for (size_t c = 0; c < t->columns; c++) {
		char *cell = t->cells[row * t->columns + c];

		if (w)
			columns[how->columns[c]].put(cell, w);
		else
			strcpy(cell, columns[how->columns[c]].heading);
		if ((int)strlen(cell) > t->width[c])
			t->width[c] = (int)strlen(cell);
	}
}

static void
print_row(const struct table *t, size_t row)
{
	for (size_t c = 0; c + 1 < t->columns; c++)
		printf("%-*s  ", t->width[c], t->cells[row * t->columns + c]);
	puts(t->cells[row * t->columns + t->columns - 1]);
}

void
lsprint_attached(const struct lsdetails_one *one)
{
	static const struct { uint32_t flag; const char *word; } words[] = {
		{ ATTACH_ONE_READONLY, "read-only" }, { ATTACH_ONE_FRAMED, "client holdfast" },
		{ ATTACH_ONE_ASIDE, "accepts no output" },
	};
	char from[CELL_CAP], who[4 * WHO_CAP], since[CELL_CAP], typed[CELL_CAP];

	put_text(from, one->is.address);
	log_escape(who, sizeof who, one->who);
	put_age(since, one->is.since_ms);
	put_age(typed, one->is.typed_ms);
	printf("from %s", from);
	if (one->is.rows)
		printf(", %ux%u", one->is.cols, one->is.rows);
	printf(", since %s", since);
	if (one->is.typed_ms && !(one->is.flags & ATTACH_ONE_READONLY))
		printf(", input %s ago", typed);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (one->is.flags & words[i].flag)
			printf(", %s", words[i].word);
	printf(*who ? ", %s\n" : "\n", who);
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

static void
print_all(const struct table *t, const struct sessionlist *a, size_t far, const struct lsdetails *d, bool lines)
{
	print_row(t, 0);
	for (size_t i = 0; i < a->count; i++) {
		print_row(t, i + 1);
		for (size_t n = 0; lines && d && n < d[i].count; n++) {
			fputs("        ", stdout);
			lsprint_attached(&d[i].v[n]);
		}
	}
	for (size_t i = 0; i < far; i++)
		print_row(t, a->count + i + 1);
}

/* What the columns of HOW are made of. */
struct facts {
	bool more;
	struct lsdetails *d;
	struct usage_table *usage;
	uint64_t deadline;          /* for leaders */
	struct programs_count old;
};

static void
take_facts(struct facts *f, const struct sessionlist *a, bool more)
{
	*f = (struct facts){ .more = more };
	if (!more)
		return;
	f->d = lsdetails_take(a, true);
	f->usage = usage_take();
	f->deadline = clock_now_ms() + PROGRAMS_MS;
}

static void
fill_session(struct table *t, size_t i, const struct lsprint *how, const struct sessionlist *a, struct facts *f)
{
	struct shown w = { .s = &a->v[i], .d = f->d ? &f->d[i] : NULL, .usage = { .known = false } };

	w.node = how->elsewhere ? how->elsewhere->answer.health.node : "";

	if (f->more) {
		usage_of(f->usage, (pid_t)w.s->status.keeper_pid, (pid_t)w.s->status.shell_pid, &w.usage);
		programs_until(w.s->uid, &w.s->status, f->deadline, &w.programs);
		programs_add(&f->old, &w.programs);
	}
	fill_row(t, i + 1, how, &w);
}

/* One of another node: what the pool does not know is "-". */
static void
fill_far(struct table *t, size_t row, const struct lsprint *how, const struct sessionlist_session *s)
{
	const struct shown w = { .s = s, .node = elsewhere_node(how->elsewhere, s) };

	fill_row(t, row, how, &w);
}

void
lsprint_table(const struct sessionlist *a, const struct lsprint *chosen)
{
	struct lsprint how = *chosen;
	bool lines = how.more && !how.column_count;
	struct table t = { .cells = NULL };
	size_t far = how.elsewhere ? how.elsewhere->count : 0;
	struct facts f;

	if (!how.column_count)
		choose(&how);
	t.columns = how.column_count;
	t.cells = calloc((a->count + far + 1) * t.columns, sizeof *t.cells);
	if (!t.cells)
		return;
	take_facts(&f, a, needs_more(&how));
	fill_row(&t, 0, &how, NULL);
	for (size_t i = 0; i < a->count; i++)
		fill_session(&t, i, &how, a, &f);
	for (size_t i = 0; i < far; i++)
		fill_far(&t, a->count + 1 + i, &how, &how.elsewhere->v[i]);
	print_all(&t, a, far, f.d, lines);
	free(t.cells);
	lsdetails_free(f.d, a->count);
	usage_free(f.usage);
	if (how.more)
		say_old(&f.old);
}
