/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "eventprint.h"
#include "eventsource.h"
#include "since.h"

#define LATEST 10 /* with --follow and no --since */

struct wanted {
	bool json, everybody, follow;
	const char *word;  /* a session; NULL: all */
	uint64_t since_ms; /* 0: not said */
};

/* Whether E is of the session WORD: a number, a name or a unique id. */
static bool
is_of(const struct event *e, const char *word)
{
	static const char *const keys[] = { "session", "name", "unique" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *value = event_get(e, keys[i]);

		if (value && strcmp(value, word) == 0)
			return true;
	}
	return false;
}

static void
print(const struct wanted *w, const struct event *e)
{
	if (w->json)
		eventprint_json(e);
	else
		eventprint_line(e, w->everybody);
}

/* Prints those of L that are wanted, the latest MOST: how many. */
static size_t
show(const struct wanted *w, const struct eventlist *l, size_t most, bool head)
{
	size_t count = 0, skip;
	struct event e;

	for (size_t i = 0; i < l->count; i++)
		count += eventlist_get(l, i, &e) == 0 && (!w->word || is_of(&e, w->word));
	skip = count > most ? count - most : 0;
	if (head && !w->json && (count || w->follow))
		eventprint_head(w->everybody);
	for (size_t i = 0; i < l->count; i++)
		if (eventlist_get(l, i, &e) == 0 && (!w->word || is_of(&e, w->word))) {
			if (skip)
				skip--;
			else
				print(w, &e);
		}
	return count;
}

static int
say_error(int rc)
{
	if (rc == -ENOENT || rc == -ECONNREFUSED)
		ctl_error("holdfastd is not running, and only root can read events without it");
	else if (rc == -ENODATA)
		ctl_error("no events of this user are kept");
	else if (rc == -EPROTO)
		ctl_error("holdfastd is of an older version; systemctl restart holdfastd");
	else
		ctl_error("cannot read the events: %s", strerror(-rc));
	return CTL_FAILED;
}

/* Prints what comes, until nobody reads it. */
static int
follow(const struct wanted *w, struct eventsource *s)
{
	int rc = 0;

	while (!rc) {
		struct eventlist l = EVENTLIST_INIT;

		if (fflush(stdout) || ferror(stdout))
			return CTL_FAILED;
		rc = eventsource_wait(s);
		if (!rc)
			rc = eventsource_read(s, w->since_ms, &l);
		if (!rc)
			show(w, &l, SIZE_MAX, false);
		eventlist_free(&l);
	}
	return rc == -EPIPE ? CTL_OK : say_error(rc);
}

static int
show_all(const struct wanted *w)
{
	size_t most = w->follow && !w->since_ms ? LATEST : SIZE_MAX, count;
	struct eventlist l = EVENTLIST_INIT;
	struct eventsource s;
	int rc = eventsource_open(&s, ctl_uid(), w->everybody, w->follow);

	if (!rc)
		rc = eventsource_read(&s, w->since_ms, &l);
	if (rc) {
		rc = say_error(rc);
	} else {
		count = show(w, &l, most, true);
		if (w->follow) {
			rc = follow(w, &s);
		} else if (!count && w->word) {
			ctl_error("no event of a session %s; holdfastctl events lists all", w->word);
			rc = CTL_NO_SESSION;
		} else if (!count && !w->json) {
			fputs(w->since_ms ? "no event since then\n" : "no event\n", stderr);
		}
	}
	eventlist_free(&l);
	eventsource_close(&s);
	return rc;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "all", no_argument, NULL, 'a' },
		{ "user", required_argument, NULL, 'u' }, { "follow", no_argument, NULL, 'f' },
		{ "since", required_argument, NULL, 's' }, { NULL, 0, NULL, 0 },
	};
	struct wanted w = { .json = false };
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":afu:", options)) != -1) {
		if (opt == 'j')
			w.json = true;
		else if (opt == 'a')
			w.everybody = true;
		else if (opt == 'f')
			w.follow = true;
		else if (opt == 's' && since_parse(optarg, clock_date_ms(), &w.since_ms))
			return ctl_usage(self, "--since takes " SINCE_FORMS ", and not \"%s\"", optarg);
		else if (opt != 'u' && opt != 's')
			return ctl_bad_option(self, opt, argv);
		else if (opt == 'u' && (rc = ctl_user(optarg)))
			return rc;
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	if (w.everybody && ctl_user_said())
		return ctl_usage(self, "--all and --user exclude each other");
	w.word = argv[optind];
	if (w.everybody && geteuid() != 0 && ctl_root_only("events --all"))
		return CTL_FAILED;
	return show_all(&w);
}

const struct ctl_command cmd_events = {
	.name = "events",
	.args = "[-f] [-a|-u USER] [--since TIME] [--json] [ID]",
	.summary = "Show what has happened to sessions",
	.help = "The latest one last, for 90 days and at most 512 events of a user.  With ID, a session's: its number,\n"
	        "its name or its unique id.  holdfast-events(7) explains events and fields.\n"
	        "  -f, --follow     go on with what happens from now on\n"
	        "  -a, --all        events of all users and of the host (root)\n"
	        "  -u, --user USER  events of USER, a name or a number (root)\n"
	        "  --since TIME     leave out what was earlier: 1d, 2h30m, today, yesterday, 14:02, 2026-11-29,\n"
	        "                   \"2026-11-29 14:02:03\" or @SECONDS\n"
	        "  --json           print one JSON object a line\n",
	.run = run,
};
