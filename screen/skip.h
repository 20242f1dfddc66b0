/* SPDX-License-Identifier: MIT */
/*
 * skip: finds output that need not be parsed, because later output removes all of it.  To find such output is faster
 * than to parse it.
 *
 * A flood of lines scrolls out of the screen and the scrollback.  If output consists of lines (text, C0 controls,
 * SGR), and enough lines follow to push all of it out, only the pen remains of it, and the column of the last line
 * (skip_lines.h).  A full-screen program writes the same cells again and again: then only the last text remains
 * (skip_places.h).
 */
#ifndef HOLDFAST_SCREEN_SKIP_H
#define HOLDFAST_SCREEN_SKIP_H

#include <stddef.h>

struct screen;

/* How many bytes, from the first one of a call on, are known … */
struct skip_known {
	size_t clean; /* … to be of that kind; parse the bytes behind them before the next call */
	size_t lines; /* … to be nothing but lines.  They stay that, as long as none of them is parsed */
};

/*
 * Skips as many of LEN bytes as possible, and puts the model into a state such that feeding the bytes from there up
 * to KNOWN->clean gives the same model as feeding all bytes.  Returns the number of skipped bytes; 0: the model is
 * unchanged.  Sets KNOWN, both at most LEN; KNOWN->lines is read as well: what an earlier call has said of these bytes,
 * or 0.  Between the two offsets the model shows what has been removed.
 */
size_t screen_skip(struct screen *s, const unsigned char *p, size_t len, struct skip_known *known);

#endif
