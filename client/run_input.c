/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "exit_status.h"
#include "link_time.h"
#include "local.h"
#include "run_ahead.h"
#include "run_away.h"
#include "run_close.h"
#include "run_end.h"
#include "run_input.h"
#include "run_paste.h"
#include "run_predict.h"
#include "run_send.h"
#include "secretmem.h"

#define CONTROL_C 0x03
#define PIECE 8192
#define PIPE_PIECE 65536 /* all that a pipe holds */
#define DETACH_MS 500u
#define INTERRUPT_MS 1000u

bool
run_stdin_wanted(const struct run *r)
{
	if (!(r->input_open || run_ahead_reads(r)) || r->stream.ended)
		return false;
	if (r->input_terminal && run_child_asks(r))
		return false;
	/* While away, Ctrl-C and escapes must be read even when no more input is kept. */
	if (r->input_terminal)
		return r->away || link_input_kept(&r->stream.input) < FRAME_INPUT_WINDOW;
	return link_input_room(&r->stream.input) > 0;
}

static void
escape_help(struct run *r)
{
	static const char lines[] =
		"\r\nSupported escape sequences:\r\n"
		" %c.   - leave; the session goes on\r\n"
		" %cd   - detach; the session goes on\r\n"
		" %cr   - reconnect now\r\n"
		" %c^Z  - suspend holdfast\r\n"
		" %c?   - this message\r\n"
		" %c%c   - send the escape character by typing it twice\r\n"
		"(Note that escapes are only recognized immediately after newline.)\r\n";
	char out[sizeof lines + 16];
	int c = r->escape.character;

	snprintf(out, sizeof out, lines, c, c, c, c, c, c, c);
	run_predict_unclean(r);
	local_sink_write(&r->out, out, strlen(out));
}

static void
suspend(struct run *r)
{
	run_predict_unclean(r);
	local_sink_write(&r->out, local_reset(r->held.alternate), strlen(local_reset(r->held.alternate)));
	local_sink_drain(&r->out, 500);
	local_suspend();
	r->redraw = true;
	run_predict_resized(r);
	run_send_size(r, NULL);
	if (r->link)
		link_check(r->link, clock_now_ms());
	run_repair(r);
}

static void
detach(struct run *r)
{
	if (run_send_detach(r))
		r->detach_at = clock_now_ms() + DETACH_MS;
	else
		run_leave(r, 0, "detached");
}

static void
act(struct run *r, enum escape_action action)
{
	switch (action) {
	case ESCAPE_QUIT:
		run_leave(r, STATUS_FAILED, "left");
		break;
	case ESCAPE_DETACH:
		detach(r);
		break;
	case ESCAPE_HELP:
		escape_help(r);
		break;
	case ESCAPE_SUSPEND:
		suspend(r);
		break;
	case ESCAPE_RECONNECT:
		if (r->link)
			link_fail(r->link, "reconnecting");
		run_retry_now(r, clock_now_ms());
		break;
	case ESCAPE_NONE:
		break;
	}
}

static void
typed(struct run *r, const unsigned char *in, size_t len)
{
	unsigned char out[PIECE + 1];
	size_t out_len;

	/* While the notice is shown, Ctrl-C is for us; what was typed before is the program's. */
	if (r->notice_rows && memchr(in, CONTROL_C, len)) {
		run_leave(r, STATUS_FAILED, "stopped waiting");
		return;
	}
	while (len && !r->done) {
		enum escape_action action;
		size_t n = local_escape_feed(&r->escape, in, len, out, &out_len, &action);

		run_paste_keep(r, out, out_len);
		in += n;
		len -= n;
		act(r, action);
	}
}

/* Input is over: the end of a file, or the terminal has gone. */
static void
stdin_ended(struct run *r)
{
	if (r->input_terminal && local_is_raw())
		run_leave(r, STATUS_FAILED, "the terminal is gone");
	else
		r->input_open = false, r->stream.input.ended = true;
}

static void
read_terminal(struct run *r)
{
	unsigned char in[PIECE];
	ssize_t n = local_read(in, sizeof in);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		stdin_ended(r);
	else if (local_is_raw())
		typed(r, in, (size_t)n);
	else
		link_input_add(&r->stream.input, in, (size_t)n);
	secretmem_wipe(in, n > 0 ? (size_t)n : 0);
}

/* A pipe is read only as far as there is room: the rest waits in the pipe. */
static void
read_pipe(struct run *r)
{
	unsigned char *to;
	size_t room = link_input_place(&r->stream.input, &to, PIPE_PIECE);
	ssize_t n = room ? read(0, to, room) : 0;

	if (!room || (n < 0 && (errno == EINTR || errno == EAGAIN)))
		return;
	if (n > 0)
		link_input_filled(&r->stream.input, (size_t)n);
	else
		stdin_ended(r);
}

void
run_stdin(struct run *r)
{
	if (r->input_terminal)
		read_terminal(r);
	else
		read_pipe(r);
	if (r->predict.unclean && r->redraw)
		run_repair(r);
	run_pump(r);
}

bool
run_typed_ahead(void *run)
{
	struct run *r = run;

	if (r->stream.attached && r->input_terminal && run_stdin_wanted(r) && !r->done)
		run_stdin(r);
	run_predict_hide(r);
	local_sink_push(&r->out);
	return !r->done;
}

static const char *
signal_name(int sig)
{
	return sig == SIGINT ? "INT" : "QUIT";
}

/* Ends a client that has no session on the host; without a connection there is nothing that it would have to end. */
static void
die(struct run *r, int sig)
{
	run_end(r, STATUS_FAILED, NULL);
	r->by_signal = r->link || r->away ? 0 : sig;
}

/*
 * Ctrl-C with pipes is for the command, as with a local command; one that goes on all the same is ended as by ssh,
 * unless it has been asked for by name.  The client ends at once when the command can't be reached, or at the second
 * time.
 */
static void
interrupt(struct run *r, int sig)
{
	bool first = r->interrupts++ == 0;

	if (!r->stream.attached && !run_asked(r)) {
		die(r, sig);
	} else if (first && !r->away && run_attached_link(r)) {
		run_send_signal(r, signal_name(sig));
		if (!r->o->session && !r->terminal)
			r->interrupt_at = clock_now_ms() + INTERRUPT_MS;
	} else if (!run_close(r)) {
		run_leave(r, STATUS_FAILED, "stopped waiting");
	}
}

void
run_interrupted(struct run *r)
{
	r->interrupt_at = 0;
	run_close(r);
}

static void
terminate(struct run *r, int sig)
{
	if (!r->stream.attached && !run_asked(r))
		die(r, sig);
	else if (!run_close(r))
		run_leave(r, STATUS_FAILED, sig == SIGTERM ? "terminated" : "hung up");
}

void
run_signal(struct run *r, int sig)
{
	switch (sig) {
	case SIGWINCH:
		run_predict_resized(r);
		run_send_size(r, NULL);
		if (r->predict.unclean)
			run_repair(r);
		break;
	case SIGTSTP:
		suspend(r);
		break;
	case SIGCONT:
		if (r->link)
			link_check(r->link, clock_now_ms());
		break;
	case SIGINT:
	case SIGQUIT:
		interrupt(r, sig);
		break;
	case SIGTERM:
	case SIGHUP:
		terminate(r, sig);
		break;
	}
}
