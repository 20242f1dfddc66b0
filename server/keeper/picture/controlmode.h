/* SPDX-License-Identifier: MIT */
/*
 * controlmode: tmux -CC speaks to the terminal that it was started in, line by line within one DCS; another terminal can't go on
 * with that, and would show nothing until its end.  So before such a session is shown to who resumes it, tmux is asked to
 * leave: an empty line detaches its client, as it does when the terminal does it.  tmux's own sessions stay.
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
/* Asks whoever is in front to leave it, if that was not done yet. */
void controlmode_leave(struct keeper *k);
/* Whether it is waited for: nothing is typed meanwhile. */
bool controlmode_waits(const struct keeper *k);
/* There was output. */
void controlmode_output(struct keeper *k);
void controlmode_watch(const struct keeper *k, struct loop *l);
/* Whether it was waited for, and is over or has taken too long; true once. */
bool controlmode_is_over(struct keeper *k);

#endif
