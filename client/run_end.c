/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_parts.h"

#define DRAIN_MS 500u

/* What the terminal was left in by a program at the other end that goes on without it. */
static void
put_terminal_back(struct run *r)
{
	const char *reset = local_reset(r->tail.alternate);
	bool broken;

	if (!local_is_raw())
		return;
	run_notice_gone(r);
	if (!r->stream.ended) {
		local_tail_drop(&r->tail, &broken);
		if (broken)
			local_sink_write(&r->out, "\030", 1);
		local_sink_write(&r->out, reset, strlen(reset));
		local_sink_write(&r->out, "\r\n", 2);
	}
	local_sink_drain(&r->out, DRAIN_MS);
	local_cooked();
}

void
run_end(struct run *r, int status, const char *format, ...)
{
	char text[TEXT_CAP + 256];
	va_list ap;

	if (r->done)
		return;
	r->done = true;
	r->status = status;
	put_terminal_back(r);
	if (!format)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	asking_sayf(r->asking, "%s", text);
}

void
run_leave(struct run *r, int status, const char *why)
{
	const char *host = target_name(r->target);

	if (!r->stream.attached)
		run_end(r, status, "%s", why);
	else
		run_end(r, status, "%s; session %u on %s goes on: holdfast --session %u %s", why, r->stream.session, host,
		        r->stream.session, host);
}

/* A terminal with a person before it may have a new session. */
static void
offer_new(struct run *r)
{
	if (r->input_terminal && r->terminal && !r->o->command && asking_yes(r->asking, "Start a new one? (y/N) "))
		r->again = true;
}

static void
session_gone(struct run *r, struct link *l)
{
	const char *host = target_name(r->target);

	if (memcmp(l->hello.boot, r->stream.boot, sizeof r->stream.boot) != 0)
		run_end(r, RUN_FAILED, "%s was rebooted: session %u is gone", host, r->stream.session);
	else
		run_end(r, RUN_FAILED, "session %u on %s ended while away", r->stream.session, host);
	offer_new(r);
}

/* Before there was a session. */
static void
error_first(struct run *r, const struct frame_text *t)
{
	const char *host = target_name(r->target), *said = *t->text ? t->text : "the host refuses";
	bool plain = t->code == FRAME_E_DISABLED || t->code == FRAME_E_TROUBLE;

	if (plain && !*r->want && !r->o->read_only) {
		asking_sayf(r->asking, "%s: %s", host, said);
		r->plain = r->done = true;
	} else if (t->code == FRAME_E_NO_SESSION && *r->want) {
		run_end(r, RUN_FAILED, "%s: no session %s", host, r->want);
	} else {
		run_end(r, RUN_FAILED, "%s: %s", host, said);
	}
}

void
run_error(struct run *r, struct link *l, const struct frame_text *t)
{
	if (!r->stream.attached) {
		error_first(r, t);
		return;
	}
	if (t->code == FRAME_E_NO_SESSION) {
		session_gone(r, l);
		return;
	}
	l->refused = t->code == FRAME_E_REFUSED || t->code == FRAME_E_DISABLED || t->code == FRAME_E_UNSUPPORTED;
	l->wrong = t->code == FRAME_E_PROTOCOL;
	link_fail(l, "%s", *t->text ? t->text : "the host refuses");
}

void
run_detached(struct run *r, const struct frame_text *t)
{
	int status = r->terminal ? 0 : RUN_FAILED;

	switch (t->code) {
	case FRAME_D_SWITCH:
		if (strlen(t->text) >= sizeof r->want) {
			run_leave(r, RUN_FAILED, "the host names a session that there can't be");
			break;
		}
		memcpy(r->want, t->text, strlen(t->text) + 1);
		r->mode = FRAME_TAKE;
		r->flags |= FRAME_MUST_EXIST;
		r->again = r->done = true;
		break;
	case FRAME_D_TAKEN:
		run_leave(r, status, "taken over by another login");
		break;
	case FRAME_D_STALLED:
		if (r->link)
			link_fail(r->link, "let go, because nothing was taken");
		break;
	default:
		run_leave(r, status, *t->text ? t->text : "detached");
	}
}

/* Everything has been passed on: the host is told so. */
static void
acknowledge(struct run *r, uint64_t now)
{
	unsigned char frame[64];

	r->status = (int)(r->stream.exit.value & 255);
	if (r->stream.exit.signaled)
		r->status = (int)(128 + (r->stream.exit.value & 127));
	r->finishing = now + DRAIN_MS;
	if (!r->link)
		return;
	link_put(r->link, frame, frame_put_plain(FRAME_EXIT_ACK, frame, sizeof frame));
	link_flush(r->link);
}

/*
 * EXIT has come.  The host closes the connection when it has EXIT_ACK: only then has that surely left the processes
 * and queues on this side.
 */
void
run_exit(struct run *r, uint64_t now)
{
	struct frame f;

	if (!r->stream.ended || r->done)
		return;
	if (!r->finishing) {
		run_tail_release(r);
		if (local_sink_waiting(&r->out) || local_sink_waiting(&r->err))
			return;
		acknowledge(r, now);
	}
	while (r->link && link_next(r->link, &f) > 0)
		;
	if (!r->link || r->link->phase == LINK_DEAD || now >= r->finishing) {
		run_notice_gone(r);
		local_sink_drain(&r->out, DRAIN_MS);
		r->done = true;
	}
}
