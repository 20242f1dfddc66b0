/* SPDX-License-Identifier: MIT */
#include "stay.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attaching.h"
#include "clock.h"
#include "log.h"
#include "enter_why.h"
#include "returning.h"
#include "pstitle.h"
#include "remote.h"
#include "sessions.h"

#define LEAVE_START_MS 10000 /* for a shell to start */
#define LEAVE_ANSWER_MS 2000
#define LEAVE_AGAIN_MS 20

static void
restore_terminal(struct enter *e)
{
	if (e->have_saved)
		tcsetattr(e->fds[0], TCSADRAIN, &e->saved);
}

/* Notes the session to enter next, if DETACHED names one.  Whether it does. */
static bool
switch_to(struct enter *e, const struct attach_detached *d)
{
	const char *want;

	if (d->reason != ATTACH_WHY_SWITCH || !d->target[0])
		return false;
	e->switched = true;
	snprintf(e->back, sizeof e->back, "%u", e->at.session);
	want = remote_split(d->target, e->node);
	snprintf(e->want, sizeof e->want, "%s", want ? want : d->target);
	return true;
}

static void
say_detached(struct enter *e, const struct attach_detached *d)
{
	char text[TEXT_CAP], after[4 * NAME_CAP];

	if (d->reason == ATTACH_WHY_IDLE) {
		log_escape(after, sizeof after, d->target);
		snprintf(text, sizeof text, "detached from session %u: no input for %s; the next login resumes it",
		         e->at.session, after);
	} else {
		snprintf(text, sizeof text,
		         d->reason == ATTACH_WHY_TAKEN ? "session %u has been taken over by another login"
		                                       : "detached from session %u",
		         e->at.session);
	}
	enter_set_outcome(e, ENTER_DETACHED, text);
}

/* Asks the keeper to detach this login.  Whether it has been asked: not before it has taken the confirmation. */
static bool
ask_to_detach(const struct enter *e)
{
	unsigned char msg[16], reply[TEXT_CAP + 64];
	int len = attach_encode_number(ATTACH_MSG_DETACH, 0, msg, sizeof msg), fd = session_connect(geteuid(), e->at.session), n;

	if (fd < 0)
		return true;
	n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, LEAVE_ANSWER_MS);
	close(fd);
	return n < 0 || attach_type_of(reply, (size_t)n) == ATTACH_MSG_DONE;
}

/* The session goes on without this login.  Its leader says when the shell has started, and gives it up before that. */
static void
leave_started(struct enter *e)
{
	struct pollfd p[] = { { .fd = e->vouching.fd, .events = POLLIN }, { .fd = e->at.fd, .events = POLLIN } };
	uint64_t until = clock_now_ms() + LEAVE_START_MS;

	poll(p, 2, LEAVE_START_MS);
	while (!ask_to_detach(e) && clock_now_ms() < until)
		poll(&p[1], 1, LEAVE_AGAIN_MS);
}

/* The ssh between the nodes says nothing, and the person's own has got the display that it asked for. */
static void
tell_of_display(struct enter *e)
{
	if (e->q->no_display && !e->told[0])
		snprintf(e->told, sizeof e->told, "no X11: the sshd of this node forwards none");
}

static void
wait_for_end(struct enter *e, struct attachment_result *end)
{
	*end = (struct attachment_result){ .end = ATTACHMENT_LOST };
	tell_of_display(e);
	/* A screen that is painted would cover a line on the terminal. */
	if (e->told[0] && e->claim.mode != ATTACH_MODE_FIRST && attaching_tell(&e->at, e->told))
		e->told[0] = '\0';
	enter_say_told(e);
	if (attaching_confirm(&e->at) == 0) {
		if (e->q->leaves)
			leave_started(e);
		attaching_wait(&e->at, &e->waiting, &e->vouching.fd, end);
	}
	attaching_close(&e->at);
	e->starting = e->starting && !end->told;
}

/* The session is lost before its shell has started: a new one is as good, once. */
static bool
begins_anew(struct enter *e, const struct attachment_result *end)
{
	char message[64];
	bool lost;

	/* The leader has read its keeper's last words before it gives the session up. */
	if (e->vouching.fd >= 0 && recv(e->vouching.fd, message, sizeof message, MSG_DONTWAIT) > 0)
		e->starting = false;
	lost = end->end == ATTACHMENT_LOST && e->starting && !e->waiting.hangup && !e->anew;

	e->anew |= lost;
	return lost;
}

bool
stay_run(struct enter *e)
{
	struct attachment_result end;
	char lost[TEXT_CAP] = "";

	pstitle_session(e->user, e->at.session);
	pstitle_role("login");
	e->res->session = e->at.session;
	e->entered_ms = clock_date_ms();
	e->starting = e->claim.mode == ATTACH_MODE_FIRST && !e->q->own;
	do
		wait_for_end(e, &end);
	while (end.end == ATTACHMENT_LOST && returning_claim(e, lost) == 0);
	if (end.end == ATTACHMENT_DETACHED && !e->q->framed && switch_to(e, &end.detached))
		return true;
	if (!e->waiting.hangup)
		restore_terminal(e);
	if (begins_anew(e, &end))
		return true;
	switch (end.end) {
	case ATTACHMENT_EXIT:
		enter_set_outcome(e, end.exit.signaled ? ENTER_SIGNAL : ENTER_EXIT, end.cause);
		e->res->value = (int)end.exit.value;
		break;
	case ATTACHMENT_DETACHED:
		say_detached(e, &end.detached);
		break;
	default:
		if (!lost[0] && !e->waiting.hangup)
			snprintf(lost, sizeof lost, "session %u was lost while its shell started", e->at.session);
		enter_set_outcome(e, ENTER_LOST, lost);
		break;
	}
	return false;
}
