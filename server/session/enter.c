/* SPDX-License-Identifier: MIT */
#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "attachment.h"
#include "choose.h"
#include "envlist.h"
#include "own.h"
#include "sessions.h"
#include "vouching.h"
#include "waiting.h"

#define LIST_MS 500     /* for all keepers together; one that is stopped is passed over */
#define PIPE_ROWS 24
#define PIPE_COLS 80

extern char **environ;

struct enter {
	const struct enter_request *q;
	struct enter_result *res;
	struct waiting waiting;
	struct vouching vouching;
	struct attachment at;
	struct attach_claim claim;
	struct termios saved;     /* of the terminal, as it was */
	bool have_saved;
	int fds[2];
	unsigned fd_count;
	int err;                  /* why nothing was entered, for say_why */
	char want[NAME_CAP];      /* "" : choose; else the session to enter, also after a switch */
	char back[NAME_CAP];      /* the session to go back to when a switch fails */
};

static void
set_outcome(struct enter *e, enum enter_outcome outcome, const char *text)
{
	e->res->outcome = outcome;
	snprintf(e->res->text, sizeof e->res->text, "%s", text);
}

/* Opens the terminal anew, so that O_NONBLOCK on it never reaches the login's own shell. */
static int
open_terminal(struct enter *e)
{
	const struct enter_request *q = e->q;
	struct winsize ws = { .ws_row = PIPE_ROWS, .ws_col = PIPE_COLS };

	if (!q->tty) {
		e->fds[0] = q->in;
		e->fds[1] = q->out;
		e->fd_count = 2;
		e->claim.flags |= ATTACH_FLAG_PIPES;
	} else {
		e->fds[0] = open(q->tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
		if (e->fds[0] < 0 || tcgetattr(e->fds[0], &e->saved) < 0 || ioctl(e->fds[0], TIOCGWINSZ, &ws) < 0)
			return -errno;
		e->have_saved = true;
		e->fd_count = 1;
	}
	e->claim.rows = ws.ws_row;
	e->claim.cols = ws.ws_col;
	e->claim.xpixel = ws.ws_xpixel;
	e->claim.ypixel = ws.ws_ypixel;
	return 0;
}

/* What of our environment the keeper may have; as much of it as fits. */
static int
fill_claim(struct enter *e)
{
	const char *term = getenv("TERM");

	e->claim.flags |= e->q->flags;
	e->claim.ticket = e->q->ticket;
	snprintf(e->claim.term, sizeof e->claim.term, "%s", term ? term : "");
	snprintf(e->claim.name, sizeof e->claim.name, "%s", e->q->name ? e->q->name : "");
	for (char **v = environ; *v; v++)
		if (envlist_set(&e->claim.env, *v) == -ENOMEM)
			return -ENOMEM;
	return 0;
}

/* Asks holdfastd who we are; without it, sessions that are there can still be entered. */
static int
be_vouched_for(struct enter *e)
{
	int rc;

	if (e->q->own) {
		own_identity(&e->claim.identity);
		return 0;
	}
	if (ticket_is_none(&e->q->ticket))
		return -EACCES;
	rc = vouching_ask(&e->vouching, &e->q->ticket, &e->waiting);
	if (rc == 0)
		e->claim.identity = e->vouching.facts.identity;
	return rc;
}

static int
claim(struct enter *e, uint32_t id, enum attach_mode mode)
{
	e->claim.mode = mode;
	return attachment_claim(&e->at, id, &e->claim, e->fds, e->fd_count, &e->waiting);
}

/* Resumes the best session that still can be: -ENOENT when there is none. */
static int
resume_best(struct enter *e)
{
	struct session_list list;
	int rc = session_list_get(geteuid(), LIST_MS, &list);
	size_t n;

	if (rc < 0)
		return rc;
	n = choose_candidates(&list, &e->claim.identity, e->q->own || e->vouching.facts.type == VOUCH_FACTS);
	rc = -ENOENT;
	/* Another login may be faster; then the next one is ours. */
	for (size_t i = 0; i < n && rc < 0 && rc != -EINTR; i++)
		rc = claim(e, list.v[i].id, ATTACH_MODE_AUTO);
	session_list_free(&list);
	return rc == 0 || rc == -EINTR ? rc : -ENOENT;
}

/* The socket to the keeper takes the place of the one to the helper: it gives the session up in the same way. */
static int
start_own(struct enter *e, const struct winsize *ws)
{
	char warning[TEXT_CAP];
	int rc;

	vouching_close(&e->vouching);
	rc = own_start(ws, &e->waiting, &e->vouching.fd);
	if (rc < 0)
		return rc;
	own_warning(warning);
	if (warning[0])
		fprintf(stderr, "holdfast: %s\r\n", warning);
	return claim(e, (uint32_t)rc, ATTACH_MODE_FIRST);
}

static int
start_new(struct enter *e)
{
	struct winsize ws = { e->claim.rows, e->claim.cols, e->claim.xpixel, e->claim.ypixel };
	int rc;

	if (e->q->own)
		return start_own(e, &ws);
	if (e->vouching.facts.type != VOUCH_FACTS)
		return e->err ? e->err : -EACCES;
	rc = vouching_start(&e->vouching, &e->q->ticket, &ws, &e->waiting);
	if (rc < 0)
		return rc;
	return claim(e, (uint32_t)rc, ATTACH_MODE_FIRST);
}

/* The session of that id or name: -ENOENT when there is none. */
static int
enter_named(struct enter *e)
{
	const struct attach_status *s;
	struct session_list list;
	int rc = session_list_get(geteuid(), LIST_MS, &list);

	if (rc < 0)
		return rc;
	rc = session_list_find(&list, e->want, &s);
	/* A ticket that nobody vouches for would only be refused. */
	if (e->vouching.facts.type != VOUCH_FACTS)
		memset(&e->claim.ticket, 0, sizeof e->claim.ticket);
	if (rc == 0)
		rc = claim(e, s->id, e->q->mode ? e->q->mode : ATTACH_MODE_JOIN);
	session_list_free(&list);
	return rc;
}

static int
find_way(struct enter *e)
{
	int rc;

	if (strcmp(e->want, "new") == 0)
		return start_new(e);
	rc = e->want[0] ? enter_named(e) : resume_best(e);
	if (rc != -ENOENT || e->q->must_exist)
		return rc;
	if (!e->want[0])
		return start_new(e);
	if (!e->q->create_named || !attach_name_ok(e->want))
		return rc;
	memcpy(e->claim.name, e->want, sizeof e->claim.name);
	return start_new(e);
}

/* Why nothing was entered, for the person. */
static void
say_why(struct enter *e, int rc)
{
	char text[TEXT_CAP];

	if (e->waiting.skip) {
		set_outcome(e, ENTER_SKIPPED, "");
		return;
	}
	if (rc == -EACCES && e->at.refused.text[0])
		snprintf(text, sizeof text, "session %s: %.400s", e->want, e->at.refused.text);
	else if (e->vouching.last.type == VOUCH_REFUSED)
		snprintf(text, sizeof text, "%s", e->vouching.last.text);
	else if (rc == -EACCES && !e->q->own && ticket_is_none(&e->q->ticket))
		snprintf(text, sizeof text, "this is no ssh login that holdfast knows of");
	else if (rc == -ENOENT && e->want[0] && (e->q->own || e->vouching.facts.type))
		snprintf(text, sizeof text, "no session %s", e->want);
	else if (rc == -ENOTUNIQ)
		snprintf(text, sizeof text, "several sessions are named %s: use the number", e->want);
	else if (rc == -ETIMEDOUT)
		snprintf(text, sizeof text, "a new session was not ready in time");
	else if (!e->q->own && (rc == -ENOENT || rc == -ECONNREFUSED))
		snprintf(text, sizeof text, "holdfastd is not running");
	else
		snprintf(text, sizeof text, "%s", strerror(rc < 0 ? -rc : rc));
	set_outcome(e, ENTER_NOT, text);
}

static void
restore_terminal(struct enter *e)
{
	if (e->have_saved)
		tcsetattr(e->fds[0], TCSADRAIN, &e->saved);
}

/* Takes over what a detached session asked for: another one to enter.  Whether there is one. */
static bool
switch_to(struct enter *e, const struct attach_detached *d)
{
	if (d->reason != ATTACH_WHY_SWITCH || !d->target[0])
		return false;
	snprintf(e->back, sizeof e->back, "%u", e->at.session);
	memcpy(e->want, d->target, sizeof e->want);
	return true;
}

static void
say_detached(struct enter *e, const struct attach_detached *d)
{
	char text[TEXT_CAP];

	snprintf(text, sizeof text,
	         d->reason == ATTACH_WHY_TAKEN ? "session %u has been taken over by another login"
	                                       : "detached from session %u",
	         e->at.session);
	set_outcome(e, ENTER_DETACHED, text);
}

/* Confirms and stays until the end; true: another session is to be entered. */
static bool
stay(struct enter *e)
{
	struct attachment_result end;
	char text[TEXT_CAP];

	e->res->session = e->at.session;
	if (attachment_confirm(&e->at) < 0)
		end = (struct attachment_result){ .end = ATTACHMENT_LOST };
	else
		attachment_wait(&e->at, &e->waiting, &e->vouching.fd, &end);
	attachment_close(&e->at);
	if (end.end == ATTACHMENT_DETACHED && switch_to(e, &end.detached))
		return true;
	if (end.end != ATTACHMENT_HANGUP)
		restore_terminal(e);
	switch (end.end) {
	case ATTACHMENT_EXIT:
		set_outcome(e, end.exit.signaled ? ENTER_SIGNAL : ENTER_EXIT, "");
		e->res->value = (int)end.exit.value;
		break;
	case ATTACHMENT_DETACHED:
		say_detached(e, &end.detached);
		break;
	default:
		snprintf(text, sizeof text, "the keeper of session %u has died, and the session with it",
		         e->at.session);
		set_outcome(e, ENTER_LOST, text);
		break;
	}
	return false;
}

/* One attempt; true: again, with e->want. */
static bool
attempt(struct enter *e)
{
	int rc;

	e->at.refused.text[0] = '\0';
	e->err = be_vouched_for(e);
	/* Who is refused, and not merely left alone by a holdfastd that is down, resumes nothing by itself. */
	rc = e->err == -EINTR || (e->err == -EACCES && !e->want[0]) ? e->err : find_way(e);
	if (rc == 0) {
		/* The helper has nothing more to do for a session that is there already. */
		if (e->claim.mode != ATTACH_MODE_FIRST)
			vouching_close(&e->vouching);
		return stay(e);
	}
	/* What was asked for can't be entered: its reason counts, unless nobody was there to vouch. */
	say_why(e, rc == -ENOENT && e->err && !e->want[0] ? e->err : rc);
	if (!e->back[0] || e->waiting.hangup)
		return false;
	fprintf(stderr, "holdfast: %s\r\n", e->res->text);
	memcpy(e->want, e->back, sizeof e->want);
	e->back[0] = '\0';
	return true;
}

void
enter_run(const struct enter_request *q, struct enter_result *res)
{
	struct enter e = { .q = q, .res = res, .vouching.fd = -1, .at.fd = -1, .fds = { -1, -1 } };
	int rc;

	memset(res, 0, sizeof *res);
	snprintf(e.want, sizeof e.want, "%s", q->want ? q->want : "");
	rc = waiting_begin(&e.waiting);
	if (rc == 0)
		rc = open_terminal(&e);
	if (rc == 0)
		rc = fill_claim(&e);
	if (rc < 0)
		say_why(&e, rc);
	while (rc == 0 && attempt(&e)) {
		vouching_close(&e.vouching);
		e.claim.ticket = q->ticket;
	}
	vouching_close(&e.vouching);
	envlist_free(&e.claim.env);
	if (q->tty && e.fds[0] >= 0)
		close(e.fds[0]);
	waiting_end(&e.waiting);
}
