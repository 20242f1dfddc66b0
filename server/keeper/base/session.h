/* SPDX-License-Identifier: MIT */
/* session: operations on the whole session, for all of the keeper. */
#ifndef HOLDFAST_SESSION_H
#define HOLDFAST_SESSION_H

#include "state.h"

/* Whether SIGNAL is a request to end the session; others need not end anything. */
bool session_signal_ends(int signal);
/*
 * Sends SIGNAL to the shell and to the process group in front.  After HUP, TERM and KILL both are killed if the shell
 * is still there five seconds later.
 */
void session_kill(struct keeper *k, int signal);
/* The shell has ended: the number of its process group may be another's from now on. */
void session_forget_shell(struct keeper *k);
/* Tells the pty this number of rows instead of its own. */
void session_set_rows(struct keeper *k, unsigned short rows);
/* Makes a full-screen program draw itself: the pty is one row smaller for a moment (k->nudge_until). */
void session_nudge(struct keeper *k);
/* The same, if the program in front looks like one. */
void session_nudge_if_full_screen(struct keeper *k);
/* DetachedTimeout from NOW on, or CLOCK_NEVER: so long a command's status, and its background, are waited for. */
uint64_t session_kept_until(const struct keeper *k, uint64_t now);

#endif
