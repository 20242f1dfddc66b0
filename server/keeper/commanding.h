/* SPDX-License-Identifier: MIT */
/* commanding: what a keeper does otherwise when its session is a command on pipes (command.h) and has no pty. */
#ifndef HOLDFAST_COMMANDING_H
#define HOLDFAST_COMMANDING_H

#include <sys/types.h>

#include "keeper.h"
#include "shell.h"

/* Makes k->command and its rings; what there is in the place of a pty's master is closed.  0 or a negative errno. */
int commanding_set_up(struct keeper *k);
/* Starts it with what Q says but for the terminal: its pid, or a negative errno. */
pid_t commanding_start(struct keeper *k, struct shell_request *q);
/* SIGNAL to all of it.  ENDS: it is meant to end it; what has ended already waits for nothing more. */
void commanding_kill(struct keeper *k, int signal, bool ends);
/* After each turn of the loop: what is new goes out, what waits goes in. */
void commanding_turn(struct keeper *k);
/* Its process has ended: from now on there is a limit to what it is kept for. */
void commanding_ended(struct keeper *k);
/* ENDING: notes in k->drained whether all of its output is there. */
void commanding_drain(struct keeper *k);
void commanding_close(struct keeper *k);

#endif
