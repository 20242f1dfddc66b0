/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctl.h"
#include "json.h"
#include "log.h"

enum { ID, NAME, STATE, SINCE, PROGRAM, SIZE, FROM, COLUMNS };

/* A program's name has at most 64 bytes, each at most four long when escaped. */
struct row {
	char cell[COLUMNS][4 * ADDRESS_CAP];
};

static const struct row heading = {
	{ "  ID", "NAME", "STATE", "SINCE", "PROGRAM", "SIZE", "FROM" },
};

static const char *
state_word(uint32_t state)
{
	static const char *const words[] = {
		[ATTACH_NEW] = "new", [ATTACH_CLAIMING] = "claiming", [ATTACH_ATTACHED] = "attached",
		[ATTACH_DROPPED] = "dropped", [ATTACH_ENDING] = "ending",
	};

	return state < sizeof words / sizeof words[0] && words[state] ? words[state] : "unknown";
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* "12s", "4m 12s", "3h 5m" or "2d 4h". */
static void
put_age(char *out, size_t cap, uint64_t since_ms)
{
	uint64_t now = now_ms(), s = now > since_ms ? (now - since_ms) / 1000 : 0;

	if (s < 60)
		snprintf(out, cap, "%" PRIu64 "s", s);
	else if (s < 3600)
		snprintf(out, cap, "%" PRIu64 "m %" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, cap, "%" PRIu64 "h %" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(out, cap, "%" PRIu64 "d %" PRIu64 "h", s / 86400, s / 3600 % 24);
}

static void
fill_row(struct row *r, const struct attach_status *s)
{
	size_t cap = sizeof r->cell[0];

	snprintf(r->cell[ID], cap, "%c %u", s->id == ctl_own_session() ? '*' : ' ', s->id);
	log_escape(r->cell[NAME], cap, *s->name ? s->name : "-");
	if (s->attachments > 1)
		snprintf(r->cell[STATE], cap, "%s(%u)", state_word(s->state), s->attachments);
	else
		snprintf(r->cell[STATE], cap, "%s", state_word(s->state));
	put_age(r->cell[SINCE], cap, s->changed_ms);
	log_escape(r->cell[PROGRAM], cap, *s->program ? s->program : "-");
	snprintf(r->cell[SIZE], cap, "%ux%u", s->cols, s->rows);
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
print_row(const struct row *r, const int width[COLUMNS])
{
	for (int c = 0; c < COLUMNS - 1; c++)
		printf("%-*s  ", width[c], r->cell[c]);
	puts(r->cell[COLUMNS - 1]);
}

static void
print_table(const struct session_list *list)
{
	int width[COLUMNS] = {0};
	struct row row;

	measure(&heading, width);
	for (size_t i = 0; i < list->count; i++) {
		fill_row(&row, &list->v[i]);
		measure(&row, width);
	}
	print_row(&heading, width);
	for (size_t i = 0; i < list->count; i++) {
		fill_row(&row, &list->v[i]);
		print_row(&row, width);
	}
}

static void
json_session(struct json *j, const struct attach_status *s)
{
	json_open(j, NULL, '{');
	json_number(j, "id", s->id);
	json_string(j, "name", s->name);
	json_string(j, "state", state_word(s->state));
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
	json_bool(j, "own", s->id == ctl_own_session());
	json_string(j, "term", s->term);
	json_close(j, '}');
}

static void
print_json(const struct session_list *list)
{
	struct json j;

	json_init(&j, stdout);
	json_open(&j, NULL, '{');
	json_open(&j, "sessions", '[');
	for (size_t i = 0; i < list->count; i++)
		json_session(&j, &list->v[i]);
	json_close(&j, ']');
	json_number(&j, "silent", list->silent);
	json_close(&j, '}');
	putchar('\n');
}

static void
print_people(const struct session_list *list)
{
	if (list->count)
		print_table(list);
	else if (!list->silent)
		fputs("no sessions\n", stderr);
	if (list->silent)
		ctl_error("%zu %s did not answer", list->silent, list->silent == 1 ? "session" : "sessions");
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	struct session_list list;
	bool json = false;
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (opt != 'j')
			return ctl_bad_option(self, opt, argv);
		json = true;
	}
	if (optind != argc)
		return ctl_usage(self, "ls takes no argument");
	rc = ctl_list(&list);
	if (rc)
		return rc;
	if (json)
		print_json(&list);
	else
		print_people(&list);
	session_list_free(&list);
	return CTL_OK;
}

const struct ctl_command cmd_ls = {
	.name = "ls",
	.args = "[--json]",
	.summary = "List your held sessions",
	.help = "The session that you are in is marked with a star.  SINCE says how long the state is what it is.\n"
	        "  --json   write one JSON object instead of a table\n",
	.run = run,
};
