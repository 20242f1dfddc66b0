/* SPDX-License-Identifier: MIT */
/*
 * skip: output that need not be eaten, because nothing of it is left once the output behind it has been.
 *
 * A flood of lines scrolls out of the screen and out of the scrollback faster than anybody looks.  Where output is
 * nothing but lines (text, C0 controls, SGR) and enough of them follow to push all of it out, only the pen remains of it.
 * Looking for that is many times faster than eating.
 */
#ifndef HOLDFAST_SCREEN_SKIP_H
#define HOLDFAST_SCREEN_SKIP_H

#include <stddef.h>

struct screen;

/*
 * Passes over as many of LEN bytes as can be, and puts the model into a state from which, once it has been fed the bytes
 * from there up to *CLEAN, it is what it would be had it been fed all of them.  Returns how many were passed over; 0:
 * the model is as it was.  *CLEAN: up to there the bytes are nothing but lines (at most LEN); what comes next is eaten
 * before it is worth asking again.  Between the two the model shows lines that are long gone.
 */
size_t screen_skip(struct screen *s, const unsigned char *p, size_t len, size_t *clean);

#endif
