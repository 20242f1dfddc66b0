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

/*
 * Skips as many of LEN bytes as possible, and puts the model into a state such that feeding the bytes from there up
 * to *CLEAN gives the same model as feeding all bytes.  Returns the number of skipped bytes; 0: the model is
 * unchanged.  *CLEAN (at most LEN): up to there the bytes are known to be of that kind; parse the bytes behind it
 * before the next call.  Between the two offsets the model shows what has been removed.
 */
size_t screen_skip(struct screen *s, const unsigned char *p, size_t len, size_t *clean);

#endif
