/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "ctl.h"
#include "following.h"
#include "record/castfile.h"
#include "record/casting.h"
#include "scripting.h"

struct recording {
	struct castfile file;
	struct attach_status session;
	struct following following;
	uint64_t begin;  /* clock_now_ms(): when event time 0 was */
	int signals;     /* signalfd */
	bool stopped;    /* Ctrl-C, or the like */
	bool ended;      /* the session has */
};

static uint64_t
now(const struct recording *r)
{
	return clock_now_ms() - r->begin;
}

/* SIGINT, SIGTERM and SIGHUP end a recording in order. */
static int
hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Draws the screen as it is, and follows the output from there on: CTL_OK or an exit status. */
static int
begin_at_screen(struct recording *r, bool anew)
{
	struct attach_printed m;
	struct attach_follow from = { .from = ATTACH_FOLLOW_OFFSET };
	unsigned char *bytes;
	int rc = casting_picture(r->session.id, false, &m, &bytes);

	if (rc)
		return rc;
	rc = anew ? castfile_head(&r->file, &r->session, m.rows, m.cols, clock_date_ms()) : 0;
	if (!rc)
		rc = casting_draw(&r->file.cast, now(r), &m, bytes, anew && !r->file.goes_on);
	free(bytes);
	if (rc)
		return castfile_failed(&r->file, rc);
	following_close(&r->following);
	from.offset = m.offset;
	rc = following_begin(&r->following, ctl_uid(), r->session.id, &from);
	return rc ? scripting_error(r->session.id, rc, &r->following.refused) : CTL_OK;
}

/* One event of the session's: CTL_OK or an exit status. */
static int
note(struct recording *r, const struct following_event *e)
{
	struct asciicast *a = &r->file.cast;
	int rc = 0;

	switch (e->what) {
	case FOLLOWING_OUTPUT:
		rc = asciicast_output(a, now(r), e->bytes, e->len);
		break;
	case FOLLOWING_SIZED:
		rc = asciicast_resize(a, now(r), e->cols, e->rows);
		break;
	case FOLLOWING_GAP:
		if (e->last)
			return scripting_cut(r->session.id, e->to - e->offset);
		ctl_error("session %u printed faster than %s took it; the recording goes on with its screen", r->session.id,
		          r->file.path);
		return begin_at_screen(r, false);
	case FOLLOWING_END:
		r->ended = true;
		break;
	}
	return rc ? castfile_failed(&r->file, rc) : CTL_OK;
}

static int
take_events(struct recording *r)
{
	struct following_event e;
	int rc, status = CTL_OK;

	while (!status && !r->ended && (rc = following_next(&r->following, &e, 0)) != 0 && rc != -EINTR)
		status = rc < 0 ? scripting_error(r->session.id, rc, &r->following.refused) : note(r, &e);
	return status;
}

static int
record(struct recording *r)
{
	int status = begin_at_screen(r, true);

	if (!status)
		status = take_events(r);
	while (!status && !r->ended && !r->stopped) {
		struct pollfd p[] = { { .fd = r->following.fd, .events = POLLIN }, { .fd = r->signals, .events = POLLIN } };

		if (poll(p, 2, -1) < 0)
			continue;
		r->stopped = p[1].revents != 0;
		status = take_events(r);
	}
	return status;
}

static int
finish(struct recording *r, int status)
{
	int rc = r->file.begun ? asciicast_end(&r->file.cast, now(r)) : 0, closed;

	closed = castfile_close(&r->file);
	following_close(&r->following);
	if (!status && (rc || closed))
		status = castfile_failed(&r->file, rc ? rc : closed);
	if (!status)
		fprintf(stderr, "%s: %llu events in %s\n", r->ended ? "the session has ended" : "stopped",
		        (unsigned long long)r->file.cast.events, strcmp(r->file.path, "-") ? r->file.path : "all");
	return status;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct recording r = { .following = { .fd = -1 } };
	enum castfile_how how;
	int rc = casting_options(self, argc, argv, true, &how);

	if (rc)
		return rc;
	if (argc - optind == 1)
		return ctl_usage(self, "no file; expected its path, or - for standard output");
	rc = casting_target(self, argv[optind], &r.session);
	if (!rc)
		rc = castfile_open(&r.file, argv[optind + 1], how);
	if (rc)
		return rc;
	r.signals = hold_signals();
	r.begin = clock_now_ms() - r.file.begin_ms;
	return finish(&r, record(&r));
}

const struct ctl_command cmd_record = {
	.name = "record",
	.args = "[-u USER] [--append|--overwrite] ID|NAME FILE",
	.summary = "Record a session into a file",
	.help = "The recording begins with the screen as it is, and ends with the session, or with Ctrl-C.  Its format\n"
	        "is asciicast v2, which asciinema(1) plays.  FILE is readable for you alone; - is standard output.\n"
	        "  --append         go on behind the recording in FILE\n"
	        "  --overwrite      replace FILE\n"
	        "  -u, --user USER  a session of USER (root)\n",
	.run = run,
};
