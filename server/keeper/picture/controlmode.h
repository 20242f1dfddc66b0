/* SPDX-License-Identifier: MIT */
/*
 * controlmode: tmux -CC speaks with the terminal that it was started in, line by line within one DCS.  Another
 * terminal can't continue that, and would show nothing until its end.  So before the keeper shows such a session to a
 * terminal that resumes it, it asks tmux to leave: an empty line detaches tmux's client.  tmux's own sessions stay.
 */
#ifndef HOLDFAST_CONTROLMODE_H
#define HOLDFAST_CONTROLMODE_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct controlmode {
	uint64_t until; /* waited for until then (clock_now_ms()); 0: nothing is */
	uint64_t seen;  /* output up to there has been looked at */
	bool ended;     /* the DCS has ended; a moment for the program to put its terminal's settings back */
};

/* Makes k->controlmode.  0 or -ENOMEM. */
int controlmode_open(struct keeper *k);
void controlmode_close(struct keeper *k);
/* Asks the program in front to leave control mode, if that was not done yet. */
void controlmode_leave(struct keeper *k);
/* Whether the keeper waits for that: no input is read meanwhile. */
bool controlmode_waits(const struct keeper *k);
/* There was output. */
void controlmode_output(struct keeper *k);
void controlmode_watch(const struct keeper *k, struct loop *l);
/* Whether the wait is over: tmux has left, or has taken too long.  True once. */
bool controlmode_is_over(struct keeper *k);

#endif
