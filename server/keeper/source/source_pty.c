/* SPDX-License-Identifier: MIT */
#include "source_pty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "answers.h"
#include "attachments.h"
#include "clock.h"
#include "controlmode.h"
#include "fd.h"
#include "frame.h"
#include "input.h"
#include "picture.h"
#include "picture_orders.h"
#include "plain.h"
#include "procstat.h"
#include "redraw.h"
#include "session.h"
#include "state.h"
#include "times.h"

#define READS_PER_TURN 16   /* then everybody else gets a look */
#define GATHER 16384        /* output that is sent in one frame, while there is more to read */
#define LAG_MAX 32768       /* a terminal further behind than this slows the program down, */
#define LAG_LOW 16384       /* until it is no further behind than this: in steps that are worth a wake-up */
#define DRAIN_MAX 65536     /* more than a pty can hold: so much is taken of it after the shell has ended */
#define QUIET_MS 300        /* how long input waits at most for a new shell that prints nothing */

static int
pty_open(struct keeper *k)
{
	int rc = redraw_open(k);

	if (!rc)
		rc = answers_open(k);
	if (!rc)
		rc = controlmode_open(k);
	if (rc)
		return rc;
	k->slave = open(k->init.tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (k->slave < 0 || fcntl(k->master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return -errno;
	rc = vital_ring(&k->vital, 0, &k->ring);
	if (!rc)
		k->times = times_open(&k->vital, k->ring.head);
	return rc;
}

static int
pty_start(struct keeper *k, struct shell_request *q, const struct termios *modes)
{
	int rc;

	settings_begin(&k->settings, k->slave, modes);
	attachments_fit_size(k);
	rc = shell_start(&k->shell, q);
	/* A Ctrl-C that was meant for the hook would end a shell that does not catch it yet. */
	if (!rc && !q->command)
		k->quiet_until = clock_now_ms() + QUIET_MS;
	return rc;
}

static void
pty_close(struct keeper *k)
{
	picture_close(k);
	answers_close(k);
	controlmode_close(k);
	times_close(k->times);
	k->times = NULL;
	ring_close(&k->ring);
}

/* Output: into the ring, and from there to the attachments. */

static bool
may_read(struct keeper *k)
{
	if (k->state == KEEPER_ENDING && (k->drained || !k->drain_left))
		return false;
	k->slowed = attachments_behind(k, k->slowed ? LAG_LOW : LAG_MAX);
	return k->state != KEEPER_NEW && !k->slowed && picture_has_room(k);
}

/* There is output in the ring since FROM. */
static void
note_output(struct keeper *k, uint64_t from)
{
	if (front_follow(&k->front, k->master, k->shell.pid, from, k->ring.head)) {
		picture_front_changed(k);
		answers_front_changed(k);
	}
	picture_output(k);
}

/* The new shell has printed something, or QUIET_MS are over: it gets the input that waits. */
static void
end_quiet(struct keeper *k)
{
	k->quiet_until = CLOCK_NEVER;
	plain_typed_ahead(k);
}

/* There was output, and the ring has it from FROM on. */
static void
note_activity(struct keeper *k, uint64_t from)
{
	k->activity_ms = clock_date_ms();
	times_output(k->times, &k->ring, from, k->activity_ms, &k->size);
	controlmode_output(k);
	if (k->settings.pending)
		settings_output(&k->settings, k->slave, clock_now_ms());
}

/* One read into the ring, of which a keeper that is killed meanwhile leaves all or nothing (vital.h). */
static ssize_t
read_output(struct keeper *k)
{
	ssize_t n;

	vital_intend(&k->vital, VITAL_OUTPUT, 0, k->ring.head);
	n = fd_read(k->master, ring_space(&k->ring), KEEPER_READ_MAX);
	if (n > 0)
		ring_advance(&k->ring, (size_t)n);
	vital_done(&k->vital);
	return n;
}

/*
 * A read gets 4 KB at most, whatever is asked for.  A terminal gets each at once, so that sshd works while the next is
 * read; a client gets several in one frame.  Who is in front matters to the byte only while the painter answers.
 */
static void
pump_output(struct keeper *k)
{
	uint64_t start = k->ring.head, written = start, from = start;
	bool answering = picture_answers(k);

	for (int i = 0; i < READS_PER_TURN && may_read(k); i++) {
		ssize_t n = read_output(k);

		if (n <= 0) {
			if (n < 0 && errno == EINTR)
				continue;
			/* EAGAIN, or EIO: the last slave is closed.  The kernel has no more of it. */
			k->drained = true;
			break;
		}
		if (k->quiet_until != CLOCK_NEVER)
			end_quiet(k);
		if (k->state == KEEPER_ENDING)
			k->drain_left -= (size_t)n < k->drain_left ? (size_t)n : k->drain_left;
		if (answering || k->ring.head - written >= GATHER) {
			attachments_push(k);
			written = k->ring.head;
		} else {
			attachments_push_early(k);
		}
		if (answering) {
			note_output(k, from);
			from = k->ring.head;
		}
		/* A short read has emptied the pty: a further read would only say so. */
		if (k->state == KEEPER_RUNNING && n < 1024)
			break;
	}
	if (k->ring.head > written)
		attachments_push(k);
	if (k->ring.head > from)
		note_output(k, from);
	if (k->ring.head > start) {
		picture_printed(k, start);
		note_activity(k, start);
	}
}

static void
on_master(void *object, short revents)
{
	struct keeper *k = object;

	if (revents & POLLOUT)
		attachments_feed(k);
	if (revents & (POLLIN | POLLHUP | POLLERR))
		pump_output(k);
}

static void
pty_watch(struct keeper *k, struct loop *l)
{
	short events = (may_read(k) ? POLLIN : 0) | (input_waits(k) ? POLLOUT : 0);

	if (events && k->state != KEEPER_NEW)
		loop_add(l, k->master, events, on_master, k);
	picture_watch(k, l);
	answers_watch(k, l);
	settings_watch(&k->settings, l);
	controlmode_watch(k, l);
	if (k->state == KEEPER_RUNNING) {
		loop_until(l, k->nudge_until);
		loop_until(l, k->quiet_until);
	}
}

static void
pty_turn(struct keeper *k)
{
	uint64_t now;

	/* A terminal has taken what the program waited for: there is more to read, and no need to ask. */
	if (k->state == KEEPER_RUNNING && k->slowed && may_read(k))
		pump_output(k);
	if (k->state != KEEPER_RUNNING || (k->nudge_until == CLOCK_NEVER && k->quiet_until == CLOCK_NEVER))
		return;
	now = clock_now_ms();
	if (now >= k->quiet_until)
		end_quiet(k);
	if (now >= k->nudge_until) {
		k->nudge_until = CLOCK_NEVER;
		session_set_rows(k, k->size.ws_row);
	}
}

static void
pty_finish_turn(struct keeper *k)
{
	picture_turn(k);
	answers_turn(k);
	if (controlmode_is_over(k))
		redraw_held(k);
	settings_turn(&k->settings, k->slave, clock_now_ms());
}

/* The end. */

static void
pty_shell_ended(struct keeper *k)
{
	session_forget_shell(k);
	k->drain_left = DRAIN_MAX;
	if (k->slave >= 0)
		close(k->slave);
	k->slave = -1;
}

static void
pty_drain(struct keeper *k)
{
	if (may_read(k))
		pump_output(k);
}

static void
pty_signal(struct keeper *k, int signal, bool ends)
{
	pid_t front;

	(void)ends;
	if (!k->shell.pid)
		return;
	front = tcgetpgrp(k->master);
	if (front > 0 && front != k->shell.pid) {
		kill(-front, signal);
		kill(-front, SIGCONT);
	}
	shell_signal(&k->shell, signal);
	shell_signal(&k->shell, SIGCONT);
}

static void
pty_signal_front(struct keeper *k, int signal)
{
	pid_t front = tcgetpgrp(k->master);

	if (k->shell.pid && front > 0)
		kill(-front, signal);
}

static ssize_t
pty_feed(struct keeper *k, const unsigned char *p, size_t len)
{
	k->fed_ms = clock_now_ms();
	return fd_write(k->master, p, len);
}

static struct ring *
pty_ring(struct keeper *k, unsigned channel)
{
	return channel ? NULL : &k->ring;
}

static uint64_t
pty_first(struct keeper *k, unsigned channel)
{
	return channel ? 0 : k->ring.head;
}

/* The ring goes on without anybody's leave. */
static void
pty_acked(struct keeper *k, unsigned channel, uint64_t offset)
{
	(void)k;
	(void)channel;
	(void)offset;
}

/* The Ctrl-Q of a terminal that has gone can't come any more. */
static void
pty_one_left(struct keeper *k)
{
	if (k->slave >= 0)
		settings_let_go_on(k->slave);
}

static void
pty_all_left(struct keeper *k)
{
	picture_attend(k);
	/* A Ctrl-S whose Ctrl-Q can't come any more would stop the program for good. */
	settings_let_go_on(k->slave);
}

static void
pty_program(const struct keeper *k, char *name, size_t cap)
{
	pid_t front = tcgetpgrp(k->master);
	struct procstat ps;

	if ((front > 0 && procstat_read(front, &ps) == 0) ||
	    (k->shell.pid && procstat_read(k->shell.pid, &ps) == 0))
		snprintf(name, cap, "%.*s", (int)cap - 1, ps.comm);
}

const struct source_ops source_pty = {
	.kind = FRAME_TERMINAL,
	.has_terminal = true,
	.open = pty_open,
	.start = pty_start,
	.close = pty_close,
	.watch = pty_watch,
	.turn = pty_turn,
	.finish_turn = pty_finish_turn,
	.shell_ended = pty_shell_ended,
	.drain = pty_drain,
	.signal = pty_signal,
	.signal_front = pty_signal_front,
	.feed = pty_feed,
	.ring = pty_ring,
	.first = pty_first,
	.acked = pty_acked,
	.one_left = pty_one_left,
	.all_left = pty_all_left,
	.program = pty_program,
};
