/* SPDX-License-Identifier: MIT */
/* ending: from the shell's exit to the end of the session (state ENDING): all output reaches those who are attached, and they are told. */
#ifndef HOLDFAST_ENDING_H
#define HOLDFAST_ENDING_H

#include "state.h"

/* The shell has ended. */
void ending_begin(struct keeper *k);
void ending_watch(struct keeper *k, struct loop *l);
void ending_turn(struct keeper *k);

#endif
