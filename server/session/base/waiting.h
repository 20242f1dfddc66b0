/* SPDX-License-Identifier: MIT */
/*
 * waiting: the waits of a process that enters a session.  It notices the user's Ctrl-C and the terminal's hang-up, by
 * signalfd(2), and every wait has a limit.
 */
#ifndef HOLDFAST_WAITING_H
#define HOLDFAST_WAITING_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct waiting {
	int signals;      /* signalfd */
	sigset_t before;  /* the mask to be restored */
	struct sigaction was[NSIG];
	bool skip;        /* INT or QUIT came: the user does not want to wait */
	bool hangup;      /* HUP or TERM came */
	bool resized;     /* WINCH came; the one that handles the size clears this */
};

/*
 * At the start of a program that enters a session: of all signals that could end or stop it, only those that
 * waiting_begin() reads keep their meaning, and with JOB_CONTROL TTIN and TTOU.  SIGPIPE is ignored too.
 */
void waiting_only(bool job_control);
/* Reads INT, QUIT, TSTP, WINCH, HUP and TERM from now on, also if they were ignored. */
int waiting_begin(struct waiting *w);
/* Restores their old state. */
void waiting_end(struct waiting *w);
/* Reads pending signals: sets skip, hangup, resized. */
void waiting_take(struct waiting *w);
/*
 * Waits for one message on the SOCK_SEQPACKET socket FD, at most TIMEOUT_MS milliseconds: its length; -ETIMEDOUT,
 * -EINTR (skip or hangup is set), -EPIPE (the peer closed) or another negative errno.
 */
int waiting_message(struct waiting *w, int fd, void *buf, size_t cap, int timeout_ms);

#endif
