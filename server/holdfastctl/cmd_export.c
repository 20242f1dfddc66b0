/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach_times.h"
#include "ctl.h"
#include "following.h"
#include "record/castfile.h"
#include "record/casting.h"
#include "scripting.h"

#define TAKE_MS 10000 /* a keeper that has the output says nothing for so long */

struct export {
	struct castfile file;
	struct attach_status session;
	struct attach_times *times;
	uint32_t row;             /* the last one of TIMES that has begun */
	uint64_t until;           /* the offset to which is exported */
	bool cut;                 /* what the keeper has does not begin with the session: */
	struct attach_printed m;  /* so the recording ends with its screen, and the lines above that */
	unsigned char *picture;
	bool skips;               /* up to the end of the line in whose middle the output begins */
};

/* The time of the row that output at OFFSET belongs to, since the recording's begin. */
static uint64_t
time_of(const struct export *x, uint32_t row)
{
	uint64_t first = x->times->count ? x->times->v[0].ms : 0, at = x->times->count ? x->times->v[row].ms : 0;

	return at > first ? at - first : 0;
}

/* Writes the header, with the size at the recording's begin. */
static int
begin(struct export *x, uint32_t rows, uint32_t cols)
{
	const struct attach_times *t = x->times;

	if (t->count && t->v[0].rows && t->v[0].cols) {
		rows = t->v[0].rows;
		cols = t->v[0].cols;
	}
	return castfile_head(&x->file, &x->session, rows, cols, t->count ? t->v[0].ms : x->session.created_ms);
}

/* Rows that begin at OFFSET or before it have begun. */
static int
reach(struct export *x, uint64_t offset)
{
	const struct attach_times *t = x->times;
	int rc = 0;

	while (!rc && x->row + 1 < t->count && t->v[x->row + 1].offset <= offset) {
		x->row++;
		rc = asciicast_resize(&x->file.cast, time_of(x, x->row), t->v[x->row].cols, t->v[x->row].rows);
	}
	return rc;
}

/* Output before the first whole line, which may begin in the middle of a sequence or character. */
static void
skip(struct export *x, struct following_event *e)
{
	const unsigned char *newline = memchr(e->bytes, '\n', e->len);
	size_t n = newline ? (size_t)(newline + 1 - e->bytes) : e->len;

	x->skips = !newline;
	e->bytes += n;
	e->len -= n;
	e->offset += n;
}

/* A piece of output, each part of it at its time: 0 or a negative errno. */
static int
write_output(struct export *x, struct following_event *e)
{
	const struct attach_times *t = x->times;
	int rc = 0;

	if (e->offset + e->len > x->until)
		e->len = e->offset < x->until ? (size_t)(x->until - e->offset) : 0;
	if (x->skips)
		skip(x, e);
	while (!rc && e->len) {
		size_t n = e->len;

		rc = reach(x, e->offset);
		if (x->row + 1 < t->count && t->v[x->row + 1].offset - e->offset < n)
			n = (size_t)(t->v[x->row + 1].offset - e->offset);
		if (!rc)
			rc = asciicast_output(&x->file.cast, time_of(x, x->row), e->bytes, n);
		e->bytes += n;
		e->offset += n;
		e->len -= n;
	}
	return rc;
}

/* 0 or a negative errno of the file. */
static int
note(struct export *x, struct following_event *e)
{
	if (e->what == FOLLOWING_OUTPUT)
		return write_output(x, e);
	if (e->what == FOLLOWING_SIZED && !x->times->count)
		return asciicast_resize(&x->file.cast, 0, e->cols, e->rows);
	return 0;
}

/* The events up to UNTIL: CTL_OK or an exit status. */
static int
take_events(struct export *x, struct following *f)
{
	struct following_event e;
	int rc, status = CTL_OK;

	while (!status && f->next < x->until) {
		rc = following_next(f, &e, TAKE_MS);
		if (rc == -EINTR)
			continue;
		if (rc <= 0)
			status = scripting_error(x->session.id, rc ? rc : -ETIMEDOUT, &f->refused);
		else if (e.what == FOLLOWING_END)
			x->until = f->next;
		else if ((rc = note(x, &e)))
			status = castfile_failed(&x->file, rc);
	}
	return status;
}

/* The output that the keeper has, up to UNTIL: CTL_OK or an exit status. */
static int
take_output(struct export *x)
{
	struct attach_follow from = { .from = ATTACH_FOLLOW_OLDEST };
	struct following f;
	int status = CTL_OK, rc = following_begin(&f, ctl_uid(), x->session.id, &from);

	if (rc)
		status = scripting_error(x->session.id, rc, &f.refused);
	if (!status && (rc = begin(x, f.size.rows, f.size.cols)))
		status = castfile_failed(&x->file, rc);
	if (!status)
		status = take_events(x, &f);
	following_close(&f);
	return status;
}

/* When the output came; a keeper of an older version knows of none. */
static int
ask_times(struct export *x)
{
	static unsigned char reply[MESSAGE_MAX];
	unsigned char msg[8];
	int fd, rc = ctl_connect(x->session.id, &fd), n;

	if (rc)
		return rc;
	n = session_ask(fd, msg, (size_t)attach_encode_plain(ATTACH_MSG_TIMES, msg, sizeof msg), reply, sizeof reply, 5000);
	close(fd);
	if (n < 0 || attach_decode_times(x->times, reply, (size_t)n) < 0)
		return scripting_error(x->session.id, n == -EPIPE || n >= 0 ? -EPROTO : n, NULL);
	x->until = x->times->head;
	x->cut = x->skips = x->times->oldest > 0;
	if (!x->times->count)
		ctl_error("session %u has noted no times: all its output is at the begin of the recording", x->session.id);
	return CTL_OK;
}

static int
export(struct export *x)
{
	int status = ask_times(x), rc;

	if (!status && x->cut)
		status = casting_picture(x->session.id, true, &x->m, &x->picture);
	if (x->picture)
		x->until = x->m.offset;
	if (!status)
		status = take_output(x);
	if (status)
		return status;
	rc = reach(x, x->until);
	if (!rc && x->picture)
		rc = casting_draw(&x->file.cast, time_of(x, x->row), &x->m, x->picture, false);
	if (!rc)
		rc = asciicast_end(&x->file.cast, time_of(x, x->row));
	return rc ? castfile_failed(&x->file, rc) : CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static struct attach_times times;
	struct export x = { .times = &times };
	enum castfile_how how;
	int rc = casting_options(self, argc, argv, false, &how), closed;

	if (!rc)
		rc = casting_target(self, argv[optind], &x.session);
	if (!rc)
		rc = castfile_open(&x.file, argc - optind == 2 ? argv[optind + 1] : "-", how);
	if (rc)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	rc = export(&x);
	free(x.picture);
	closed = castfile_close(&x.file);
	return !rc && closed ? castfile_failed(&x.file, closed) : rc;
}

const struct ctl_command cmd_export = {
	.name = "export",
	.args = "[-u USER] [--overwrite] ID|NAME [FILE]",
	.summary = "Write what a session has printed as a recording",
	.help = "All output that the session still has (RingSize), with the times at which it came.  If that does not begin\n"
	        "with the session, the recording ends with the screen and all lines above it.  The format is asciicast\n"
	        "v2, which asciinema(1) plays.  Without FILE: to standard output.\n"
	        "  --overwrite      replace FILE\n"
	        "  -u, --user USER  a session of USER (root)\n",
	.run = run,
};
