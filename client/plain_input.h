/* SPDX-License-Identifier: MIT */
/* plain_input: the plain ssh that takes over gets the input that has been read already, and then the rest. */
#ifndef HOLDFAST_PLAIN_INPUT_H
#define HOLDFAST_PLAIN_INPUT_H

#include "fallback.h"

/*
 * Where F has input, standard input becomes a pipe that brings it, and then what standard input brings: from a process
 * that ends with either of them.  0, or -1 with errno.
 */
int plain_input(const struct fallback *f);

#endif
