/* SPDX-License-Identifier: MIT */
#include "source_pipes.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attachments.h"
#include "clock.h"
#include "command.h"
#include "fd.h"
#include "frame.h"
#include "input.h"
#include "report.h"
#include "session.h"
#include "state.h"

/* The leader has made the pipes, unless the shell is to be the keeper's own child. */
static bool
has_pipes(const struct keeper *k)
{
	return k->init.shell_pid != 0;
}

/* There is something in the place of a pty's master, which is closed. */
static int
pipes_open(struct keeper *k)
{
	int rc;

	close(k->master);
	k->master = k->slave = -1;
	k->command = calloc(1, sizeof *k->command);
	if (!k->command)
		return -ENOMEM;
	rc = vital_ring(&k->vital, 0, &k->ring);
	if (!rc)
		rc = command_init(k->command, &k->ring, &k->vital);
	if (!rc && has_pipes(k))
		command_take(k->command, k->pipes);
	return rc;
}

static int
pipes_start(struct keeper *k, struct shell_request *q, const struct termios *modes)
{
	int child[3] = { -1, -1, -1 }, rc = q->command ? 0 : -EINVAL;

	(void)modes;
	if (!rc && !has_pipes(k))
		rc = command_open(k->command, child);
	if (rc < 0)
		return rc;
	command_name(k->command, q->command);
	q->tty = NULL;
	q->pipes = child;
	rc = shell_start(&k->shell, q);
	for (int i = 0; i < 3; i++)
		fd_close(&child[i]);
	return rc;
}

static void
pipes_close(struct keeper *k)
{
	if (k->command)
		command_close(k->command);
	free(k->command);
	k->command = NULL;
	session_forget_shell(k);
	ring_close(&k->ring);
}

static void
pipes_watch(struct keeper *k, struct loop *l)
{
	command_watch(k->command, l, input_waits(k));
}

static void
pipes_turn(struct keeper *k)
{
	for (unsigned channel = 0; channel < COMMAND_CHANNELS; channel++)
		if (streams_closed(&k->streams, channel))
			command_close_output(k->command, channel);
	if (!command_turn(k->command))
		return;
	k->activity_ms = clock_date_ms();
	attachments_push(k);
	attachments_feed(k);
}

/* The leader has duplicates of our ends, and closes them with us: so the command sees each end as it happens. */
static void
pipes_finish_turn(struct keeper *k)
{
	unsigned now = has_pipes(k) ? command_closed(k->command) : 0;

	for (unsigned i = 0; i < 3; i++)
		if (now & ~k->pipes_closed & 1u << i)
			report(k, &(struct leadermsg_report){ .type = LEADERMSG_PIPE_CLOSED, .number = i });
	k->pipes_closed |= now;
}

static void
pipes_shell_ended(struct keeper *k)
{
	command_ended(k->command);
	k->let_go_at = session_kept_until(k, clock_now_ms());
	if (k->killed)
		command_let_go(k->command);
}

static void
pipes_drain(struct keeper *k)
{
	/* A child in the background delays the end, as it does with ssh, but not for ever. */
	if (!command_done(k->command) && k->let_go_at <= clock_now_ms())
		command_let_go(k->command);
	k->drained = command_done(k->command);
	if (k->drained)
		session_forget_shell(k);
	k->drain_left = !k->drained;
}

static void
pipes_signal(struct keeper *k, int signal, bool ends)
{
	shell_signal(&k->shell, signal);
	shell_signal(&k->shell, SIGCONT);
	if (ends)
		command_let_go(k->command);
}

static void
pipes_signal_front(struct keeper *k, int signal)
{
	shell_signal(&k->shell, signal);
}

static ssize_t
pipes_feed(struct keeper *k, const unsigned char *p, size_t len)
{
	return (ssize_t)command_feed(k->command, p, len);
}

static void
pipes_end_input(struct keeper *k)
{
	command_end_input(k->command);
}

static struct ring *
pipes_ring(struct keeper *k, unsigned channel)
{
	return command_ring(k->command, channel);
}

static uint64_t
pipes_first(struct keeper *k, unsigned channel)
{
	return command_acked(k->command, channel);
}

static void
pipes_acked(struct keeper *k, unsigned channel, uint64_t offset)
{
	command_ack(k->command, channel, offset);
}

static void
pipes_left(struct keeper *k)
{
	command_rest(k->command);
}

static void
pipes_program(const struct keeper *k, char *name, size_t cap)
{
	snprintf(name, cap, "%s", k->command->name);
}

const struct source_ops source_pipes = {
	.kind = FRAME_COMMAND,
	.keeps_all = true,
	.open = pipes_open,
	.start = pipes_start,
	.close = pipes_close,
	.watch = pipes_watch,
	.turn = pipes_turn,
	.finish_turn = pipes_finish_turn,
	.shell_ended = pipes_shell_ended,
	.drain = pipes_drain,
	.signal = pipes_signal,
	.signal_front = pipes_signal_front,
	.feed = pipes_feed,
	.end_input = pipes_end_input,
	.ring = pipes_ring,
	.first = pipes_first,
	.acked = pipes_acked,
	.one_left = pipes_left,
	.all_left = pipes_left,
	.program = pipes_program,
};
