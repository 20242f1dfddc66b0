/* SPDX-License-Identifier: MIT */
/*
 * ending: from the exit of the shell to the end of the session (state ENDING): the rest of the output goes to all
 * attachments, and each of them is told.
 */
#ifndef HOLDFAST_ENDING_H
#define HOLDFAST_ENDING_H

#include "state.h"

/* The shell has ended. */
void ending_begin(struct keeper *k);
void ending_watch(struct keeper *k, struct loop *l);
void ending_turn(struct keeper *k);
/* The session is over, for k->why_ended: nobody finds it any more, and those who are attached are told. */
void ending_over(struct keeper *k);

#endif
