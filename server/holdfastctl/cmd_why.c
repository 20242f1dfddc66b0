/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "daemonsock.h"
#include "events.h"
#include "eventstore.h"
#include "fd.h"
#include "notheld.h"
#include "paths.h"
#include "saidstore.h"
#include "since.h"
#include "unseenlist.h"
#include "userfile.h"
#include "whyprint.h"

#define SINCE_DAYS 7
#define DAY_MS UINT64_C(86400000)
#define TRIES 3 /* of files that are replaced meanwhile */

struct wanted {
	bool json, everybody;
	uint64_t since_ms;
};

/* Logins that holdfastd has still to take into the store (unseen.h), of the user or of all. */
struct unseen_some {
	const struct wanted *w;
	const struct unseen_user *of; /* NULL: of all */
	struct eventlist *l;
};

static void
add_unseen(void *object, int dir, const char *name)
{
	const struct unseen_some *s = object;
	struct unseen_login login;
	char *line;
	uint64_t uid;

	if (unseenlist_read(dir, name, s->of, &login) || event_get_number(&login.event, "uid", &uid))
		return;
	line = malloc(EVENT_LINE);
	if (line)
		eventlist_take(s->l, line, (size_t)event_line(&login.event, line), s->w->since_ms);
}

static void
read_unseen(const struct wanted *w, struct eventlist *l)
{
	struct unseen_user user = { .uid = ctl_uid() }, *of = w->everybody ? NULL : &user;
	int dir = open(PATH_LOGINS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct passwd *pw = of ? getpwuid(of->uid) : NULL;

	if (pw)
		snprintf(user.name, sizeof user.name, "%s", pw->pw_name);
	if (dir >= 0 && (!of || pw))
		unseenlist_each(dir, of, add_unseen, &(struct unseen_some){ w, of, l });
	fd_close(&dir);
}

/* Root: the two stores' files, of the user or of all.  A store that is not there has nothing in it. */
static int
read_as_root(const struct wanted *w, struct eventlist *l)
{
	int events = eventstore_open(), said = saidstore_open(), rc = 0;
	char name[USERFILE_NAME];

	userfile_name(ctl_uid(), name);
	if (events >= 0)
		rc = w->everybody ? eventstore_read_all(events, w->since_ms, l) : eventstore_read(events, name, w->since_ms, l);
	if (!rc && said >= 0)
		rc = w->everybody ? saidstore_read_all(said, w->since_ms, l) : saidstore_read(said, name, w->since_ms, l);
	if (!rc && events < 0 && events != -ENOENT)
		rc = events;
	fd_close(&events);
	fd_close(&said);
	read_unseen(w, l);
	return rc;
}

static int
read_own_once(const struct wanted *w, struct eventlist *l)
{
	int fds[EVENTS_FILES], rc = events_open(fds);

	if (rc)
		return rc;
	if (fds[EVENTS_FILE] >= 0)
		rc = eventstore_read_fd(fds[EVENTS_FILE], w->since_ms, l);
	if (!rc && fds[EVENTS_SAID] >= 0)
		rc = saidstore_read_fd(fds[EVENTS_SAID], w->since_ms, l);
	for (int i = 0; i < EVENTS_FILES; i++)
		fd_close(&fds[i]);
	return rc;
}

static int
read_own(const struct wanted *w, struct eventlist *l)
{
	int rc = -EAGAIN;

	for (int i = 0; rc == -EAGAIN && i < TRIES; i++) {
		eventlist_free(l);
		*l = (struct eventlist)EVENTLIST_INIT;
		rc = read_own_once(w, l);
	}
	return rc;
}

static void
note(struct whyprint_now *now, size_t *count, const char *word, const char *text, const char *mend)
{
	struct whyprint_now *n = &now[(*count)++];

	snprintf(n->word, sizeof n->word, "%s", word);
	snprintf(n->text, sizeof n->text, "%s", text);
	n->mend = mend;
}

/* What holds for each login now: the switches, and holdfastd. */
static size_t
look_now(struct whyprint_now now[WHYPRINT_NOW_MAX])
{
	char text[TEXT_CAP], since[40] = "?";
	int asked = daemonsock_ask();
	size_t count = 0;
	struct stat st;
	struct tm tm;

	if (stat(PATH_DISABLED, &st) == 0) {
		if (localtime_r(&st.st_mtime, &tm))
			strftime(since, sizeof since, "%b %e %H:%M", &tm);
		snprintf(text, sizeof text, "holdfast is switched off on this host since %s (%s): no login is held", since,
		         PATH_DISABLED);
		note(now, &count, notheld_name(NOTHELD_DISABLED), text, notheld_mend(NOTHELD_DISABLED));
	}
	if (access(PATH_DRAIN, F_OK) == 0)
		note(now, &count, notheld_name(NOTHELD_DRAIN), "the host is drained: no new sessions",
		     notheld_mend(NOTHELD_DRAIN));
	if (asked && asked != -EAGAIN)
		note(now, &count, "holdfastd", "holdfastd is not running: new logins are not held",
		     notheld_mend(NOTHELD_AWAY));
	return count;
}

static int
say_error(int rc)
{
	if (rc == -ENOENT || rc == -ECONNREFUSED)
		ctl_error("holdfastd is not running, and only root can read what was written down without it");
	else if (rc == -EPROTO)
		ctl_error("holdfastd is of an older version; systemctl restart holdfastd");
	else
		ctl_error("cannot read what was written down: %s", strerror(-rc));
	return CTL_FAILED;
}

static int
show(const struct wanted *w, const struct eventlist *l)
{
	struct whyprint_now now[WHYPRINT_NOW_MAX];
	size_t count, now_count = look_now(now);
	struct why *v;
	int rc = whylist_make(l, &v, &count);

	if (rc)
		return say_error(rc);
	if (w->json)
		whyprint_json(now, now_count, v, count);
	else
		whyprint_text(now, now_count, v, count, w->everybody);
	if (!w->json && !count)
		fputs("nothing since then was refused or left alone, and no session has ended\n", stderr);
	free(v);
	return CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "since", required_argument, NULL, 's' }, { NULL, 0, NULL, 0 },
	};
	struct wanted w = { .since_ms = clock_date_ms() - SINCE_DAYS * DAY_MS };
	struct eventlist l = EVENTLIST_INIT;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, "+:", options)) != -1) {
		if (opt == 'j')
			w.json = true;
		else if (opt != 's')
			return ctl_bad_option(self, opt, argv);
		else if (since_parse(optarg, clock_date_ms(), &w.since_ms))
			return ctl_usage(self, "--since takes " SINCE_FORMS ", and not \"%s\"", optarg);
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	if (argv[optind] && (rc = ctl_user(argv[optind])))
		return rc;
	w.everybody = geteuid() == 0 && !argv[optind];
	rc = geteuid() == 0 ? read_as_root(&w, &l) : read_own(&w, &l);
	if (!rc)
		eventlist_sort(&l);
	rc = rc ? say_error(rc) : show(&w, &l);
	eventlist_free(&l);
	return rc;
}

const struct ctl_command cmd_why = {
	.name = "why",
	.args = "[--since TIME] [--json] [USER]",
	.summary = "Say why logins were not held, and why sessions have ended",
	.help = "The latest one last, with what mends it.  Root sees USER's, or all without USER; others see their own.\n"
	        "  --since TIME  not what was earlier (7d):\n"
	        "                " SINCE_FORMS "\n"
	        "  --json        print one JSON object instead\n",
	.run = run,
};
