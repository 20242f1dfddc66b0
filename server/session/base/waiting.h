/* SPDX-License-Identifier: MIT */
/*
 * waiting: what a process that enters a session does while it waits: it listens to the person's Ctrl-C and to the
 * terminal's hang-up, by signalfd(2), and never waits without an end that it has been given.
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
	bool skip;        /* INT or QUIT came: the person does not want to wait */
	bool hangup;      /* HUP or TERM came */
	bool resized;     /* WINCH came; who has seen to it clears this */
};

/* Takes INT, QUIT, TSTP, WINCH, HUP and TERM over from their handlers, also where they were ignored. */
int waiting_begin(struct waiting *w);
/* Gives them back as they were. */
void waiting_end(struct waiting *w);
/* Reads what has come: sets skip, hangup, resized. */
void waiting_take(struct waiting *w);
/*
 * Waits for one message on the SOCK_SEQPACKET socket FD, at most TIMEOUT_MS milliseconds: its length; -ETIMEDOUT,
 * -EINTR (skip or hangup is set), -EPIPE (the peer closed) or another negative errno.
 */
int waiting_message(struct waiting *w, int fd, void *buf, size_t cap, int timeout_ms);

#endif
