/* SPDX-License-Identifier: MIT */
/* input: input that waits until the program takes it. */
#ifndef HOLDFAST_INPUT_H
#define HOLDFAST_INPUT_H

#include "state.h"

/* Whether any input waits, of a terminal, in a stream, or of a script. */
bool input_waits(const struct keeper *k);
/* The same without scripts. */
bool input_of_attached_waits(const struct keeper *k);
/* Gives the program the input in the streams, and tells the attachments that there may be room again. */
void input_feed(struct keeper *k);

#endif
