/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "age.h"
#include "attach.h"
#include "clock.h"
#include "errand.h"
#include "exit_status.h"
#include "json.h"
#include "log.h"
#include "remembered.h"
#include "target.h"

enum { ID, NAME, STATE, SINCE, KIND, PROGRAM, SIZE, FROM, COLUMNS };

struct row {
	char cell[COLUMNS][4 * ADDRESS_CAP];
};

static const struct row heading = {
	{ "ID", "NAME", "STATE", "SINCE", "KIND", "PROGRAM", "SIZE", "FROM" },
};

static const char *
kind_word(uint32_t kind)
{
	return kind == FRAME_TERMINAL ? "terminal" : kind == FRAME_COMMAND ? "command" : "unknown";
}

static void
fill_row(struct row *r, const struct frame_session *s, uint64_t now)
{
	size_t cap = sizeof r->cell[0];

	snprintf(r->cell[ID], cap, "%" PRIu32, s->id);
	log_escape(r->cell[NAME], cap, *s->name ? s->name : "-");
	if (s->attachments > 1)
		snprintf(r->cell[STATE], cap, "%s(%" PRIu32 ")", attach_state_word(s->state), s->attachments);
	else
		snprintf(r->cell[STATE], cap, "%s", attach_state_word(s->state));
	age_format(r->cell[SINCE], now > s->changed_ms ? (now - s->changed_ms) / 1000 : 0);
	snprintf(r->cell[KIND], cap, "%s", kind_word(s->kind));
	log_escape(r->cell[PROGRAM], cap, *s->program ? s->program : "-");
	snprintf(r->cell[SIZE], cap, "%" PRIu32 "x%" PRIu32, s->cols, s->rows);
	log_escape(r->cell[FROM], cap, *s->address ? s->address : "-");
}

static void
measure(const struct row *r, int width[COLUMNS])
{
	for (int c = 0; c < COLUMNS; c++)
		if ((int)strlen(r->cell[c]) > width[c])
			width[c] = (int)strlen(r->cell[c]);
}

static void
print_row(FILE *f, const struct row *r, const int width[COLUMNS])
{
	for (int c = 0; c < COLUMNS - 1; c++)
		fprintf(f, "%-*s  ", width[c], r->cell[c]);
	fprintf(f, "%s\n", r->cell[COLUMNS - 1]);
}

void
listing_table(FILE *f, const struct frame_session *v, size_t count, uint64_t now_ms)
{
	int width[COLUMNS] = { 0 };
	struct row row;

	measure(&heading, width);
	for (size_t i = 0; i < count; i++) {
		fill_row(&row, &v[i], now_ms);
		measure(&row, width);
	}
	print_row(f, &heading, width);
	for (size_t i = 0; i < count; i++) {
		fill_row(&row, &v[i], now_ms);
		print_row(f, &row, width);
	}
}

void
listing_json(FILE *f, const struct frame_session *v, size_t count)
{
	struct json j;

	json_begin(&j, f);
	json_open(&j, "sessions", '[');
	for (const struct frame_session *s = v; s < v + count; s++) {
		json_open(&j, NULL, '{');
		json_number(&j, "id", s->id);
		json_string(&j, "name", s->name);
		json_string(&j, "state", attach_state_word(s->state));
		json_string(&j, "kind", kind_word(s->kind));
		json_number(&j, "attachments", s->attachments);
		json_number(&j, "rows", s->rows);
		json_number(&j, "cols", s->cols);
		json_string(&j, "program", s->program);
		json_string(&j, "address", s->address);
		json_number(&j, "created_ms", s->created_ms);
		json_number(&j, "changed_ms", s->changed_ms);
		json_number(&j, "activity_ms", s->activity_ms);
		json_number(&j, "away_bytes", s->away_bytes);
		json_bool(&j, "same_identity", s->same_identity);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_end(&j);
}

/* For completions of shells: each by its name, or its id. */
static void
remember(const char *host, const struct frame_session *v, size_t n)
{
	const char *names[REMEMBERED_SESSIONS_MAX];
	char ids[REMEMBERED_SESSIONS_MAX][16];
	unsigned count = 0;

	for (size_t i = 0; i < n && count < REMEMBERED_SESSIONS_MAX; i++, count++) {
		snprintf(ids[count], sizeof ids[count], "%u", v[i].id);
		names[count] = v[i].name[0] ? v[i].name : ids[count];
	}
	remembered_sessions(host, names, count);
}

static int
print(const struct options *o, struct asking *asking, const char *host, const struct frame *f)
{
	struct frame_session *v = calloc(FRAME_LIST_MAX, sizeof *v);
	int n = v ? frame_get_list(v, FRAME_LIST_MAX, f->body, f->len) : -1;

	if (n >= 0)
		remember(host, v, (size_t)n);
	if (n < 0)
		asking_sayf(asking, "malformed session list from host");
	else if (o->json)
		listing_json(stdout, v, (size_t)n);
	else if (n > 0)
		listing_table(stdout, v, (size_t)n, clock_date_ms());
	else
		asking_sayf(asking, "no sessions");
	free(v);
	return n < 0 || fflush(stdout) != 0 ? STATUS_FAILED : 0;
}

struct listing {
	struct errand errand;
	const struct options *o;
};

/* Asks once the host has said HELLO. */
static int
converse(struct errand *e, struct link *l)
{
	struct listing *self = (struct listing *)e;
	unsigned char frame[64];
	struct frame_text t;
	struct frame f;
	int rc = link_next(l, &f);

	if (rc > 0 && f.type == FRAME_LIST_IS)
		return print(self->o, e->asking, target_name(l->transport->target), &f);
	if (rc > 0 && f.type == FRAME_ERROR && frame_get_text(f.type, &t, f.body, f.len) == 0)
		link_fail(l, "%s", t.text);
	if (l->phase == LINK_READY && !l->asked_list) {
		link_put(l, frame, frame_put_plain(FRAME_LIST, frame, sizeof frame));
		l->asked_list = true;
		link_expect(l, clock_now_ms());
		link_flush(l);
	}
	return -1;
}

int
listing_run(const struct options *o, struct transport_target *target, struct asking *asking)
{
	struct listing self = { .errand = { .converse = converse, .asking = asking, .input = -1 }, .o = o };

	return errand_run(&self.errand, target);
}
