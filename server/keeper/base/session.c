/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "report.h"

#define KILL_MS 5000 /* from the request to end to SIGKILL */
#define NUDGE_MS 50  /* how long a program sees a screen one row smaller when it is made to redraw */

bool
session_signal_ends(int signal)
{
	return signal == SIGHUP || signal == SIGTERM || signal == SIGKILL;
}

void
session_kill(struct keeper *k, int signal)
{
	bool ends = session_signal_ends(signal);

	if (k->state == KEEPER_NEW)
		k->state = KEEPER_OVER;
	if (ends && k->shell.pid && k->why_ended == LEADERMSG_WHY_EXIT)
		k->why_ended = LEADERMSG_WHY_KILL;
	k->killed |= ends;
	/* A session that has ended already does not wait for clients any more. */
	if (ends && k->linger_until != CLOCK_NEVER)
		k->linger_until = 0;
	k->source->signal(k, signal, ends);
	if (ends && k->shell.pid)
		k->kill_at = clock_now_ms() + KILL_MS;
}

void
session_forget_shell(struct keeper *k)
{
	if (shell_forget(&k->shell))
		report(k, &(struct leadermsg_report){ .type = LEADERMSG_SHELL_FORGET });
}

void
session_set_rows(struct keeper *k, unsigned short rows)
{
	struct winsize ws = k->size;

	ws.ws_row = rows;
	ioctl(k->master, TIOCSWINSZ, &ws);
}

/*
 * The kernel sends SIGWINCH only when the size changes, and many programs do nothing unless it has: so it changes,
 * and changes back.
 */
void
session_nudge(struct keeper *k)
{
	if (k->size.ws_row < 2)
		return;
	session_set_rows(k, (unsigned short)(k->size.ws_row - 1));
	k->nudge_until = clock_now_ms() + NUDGE_MS;
}

/* A program that is in front, is not the shell and reads keys one by one draws its own screen. */
void
session_nudge_if_full_screen(struct keeper *k)
{
	pid_t front = tcgetpgrp(k->master);
	struct termios modes;

	if (front > 0 && front != k->shell.pid && tcgetattr(k->slave, &modes) == 0 && !(modes.c_lflag & ICANON))
		session_nudge(k);
}

uint64_t
session_kept_until(const struct keeper *k, uint64_t now)
{
	return k->init.detached_s == CONFIG_NONE ? CLOCK_NEVER : now + k->init.detached_s * UINT64_C(1000);
}
