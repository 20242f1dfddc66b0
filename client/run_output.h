/* SPDX-License-Identifier: MIT */
/* run_output: what the person gets to see: the output of the session, and lines of our own in it. */
#ifndef HOLDFAST_RUN_OUTPUT_H
#define HOLDFAST_RUN_OUTPUT_H

#include <stddef.h>

#include "run_state.h"

/* A line of its own for the person, between the bytes of the session. */
void run_say(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Output of the session to the person, with the end of run_read at the latest. */
void run_write(struct run *r, unsigned channel, const unsigned char *data, size_t len);
/* Writes bytes that were held back: their sequence will not be completed. */
void run_release(struct run *r);
/* Ends a sequence that the terminal is in the middle of (CAN), and drops what was held back. */
void run_break_off(struct run *r);

#endif
