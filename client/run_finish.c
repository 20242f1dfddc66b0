/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "exit_status.h"
#include "local.h"
#include "run_finish.h"
#include "run_hop.h"
#include "run_notice.h"
#include "run_output.h"
#include "run_predict.h"

#define DRAIN_MS 500u

/* Tells the host that all output has been passed on. */
static void
acknowledge(struct run *r, uint64_t now)
{
	unsigned char frame[64];

	/* ssh too has one status for all that is no exit of the command's own. */
	r->status = r->stream.exit.signaled || r->closing ? STATUS_FAILED : (int)(r->stream.exit.value & 255);
	r->finishing = now + DRAIN_MS;
	if (!r->link)
		return;
	link_put(r->link, frame, frame_put_plain(FRAME_EXIT_ACK, frame, sizeof frame));
	link_flush(r->link);
}

/*
 * Whether EXIT_ACK reaches the host though this process ends now.  Behind input that the host has not taken it waits in
 * sshd, which forgets that when the connection ends.
 */
static bool
may_leave(const struct run *r)
{
	return link_input_kept(&r->stream.input) == 0 && link_leave(r->link);
}

/*
 * After EXIT.  The host closes the connection when it has EXIT_ACK; until then EXIT_ACK may still be in a process or a
 * queue on this side.
 */
void
run_exit(struct run *r, uint64_t now)
{
	struct frame f;

	if (!r->stream.ended || r->done)
		return;
	if (!r->finishing) {
		run_release(r);
		if (local_sink_waiting(&r->out) || local_sink_waiting(&r->err))
			return;
		acknowledge(r, now);
	}
	while (r->link && link_next(r->link, &f) > 0)
		;
	if (!r->link || r->link->phase == LINK_DEAD || now >= r->finishing || may_leave(r))
		r->done = true;
}

/* A program at the other end that goes on without the terminal has left it in modes of its own. */
static void
put_terminal_back(struct run *r)
{
	const char *reset = local_reset(r->held.alternate);
	bool raw = local_is_raw();

	run_predict_hide(r);
	run_notice_gone(r);
	if (raw && !r->stream.ended) {
		run_break_off(r);
		local_sink_write(&r->out, reset, strlen(reset));
		local_sink_write(&r->out, "\r\n", 2);
	}
	if (raw || r->stream.ended)
		local_sink_drain(&r->out, DRAIN_MS);
	local_cooked();
}

void
run_settle(struct run *r)
{
	if (r->again)
		return;
	put_terminal_back(r);
	if (r->hop)
		run_hop_over(r);
	else if (*r->last_words)
		asking_sayf(r->asking, "%s", r->last_words);
	if (r->offer_new && asking_yes(r->asking, "Start a new one? (y/N) "))
		r->again = true;
}
