/* SPDX-License-Identifier: MIT */
#include "commanding.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "attached.h"
#include "clock.h"
#include "command.h"
#include "expiry.h"

#define KILL_MS 5000 /* from the request to end to SIGKILL */

int
commanding_set_up(struct keeper *k)
{
	int rc;

	close(k->master);
	k->master = k->slave = -1;
	k->command = calloc(1, sizeof *k->command);
	if (!k->command)
		return -ENOMEM;
	rc = ring_open(&k->ring, (size_t)command_ring_bytes(k->init.ring_bytes));
	return rc < 0 ? rc : command_init(k->command, &k->ring);
}

pid_t
commanding_start(struct keeper *k, struct shell_request *q)
{
	int child[3], rc = q->command ? command_open(k->command, q->command, child) : -EINVAL;
	pid_t pid;

	if (rc < 0)
		return rc;
	q->tty = NULL;
	q->pipes = child;
	pid = shell_start(q);
	for (int i = 0; i < 3; i++)
		close(child[i]);
	if (pid > 0)
		command_started(k->command, pid);
	return pid;
}

void
commanding_kill(struct keeper *k, int signal, bool ends)
{
	command_signal(k->command, signal);
	command_signal(k->command, SIGCONT);
	if (!ends)
		return;
	command_let_go(k->command);
	k->kill_at = k->shell ? clock_now_ms() + KILL_MS : CLOCK_NEVER;
}

void
commanding_turn(struct keeper *k)
{
	if (!command_turn(k->command))
		return;
	k->activity_ms = clock_date_ms();
	attached_push(k);
	attached_feed(k);
}

void
commanding_ended(struct keeper *k)
{
	if (k->killed)
		command_let_go(k->command);
	else
		k->linger_until = expiry_detached_from(k, clock_now_ms());
}

void
commanding_drain(struct keeper *k)
{
	/* A child in the background holds the end up, as it does with ssh, but not for ever. */
	if (!command_done(k->command) && k->linger_until <= clock_now_ms())
		command_let_go(k->command);
	k->drained = command_done(k->command);
	k->drain_left = !k->drained;
}

void
commanding_close(struct keeper *k)
{
	if (k->command)
		command_close(k->command);
	free(k->command);
	k->command = NULL;
}
