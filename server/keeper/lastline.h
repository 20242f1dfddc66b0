/* SPDX-License-Identifier: MIT */
/* lastline: the last line of a program's output as plain text, for a list of sessions. */
#ifndef HOLDFAST_LASTLINE_H
#define HOLDFAST_LASTLINE_H

#include <stdbool.h>
#include <stddef.h>

#define LASTLINE_LOOK 4096 /* so much of the output is worth looking at */

/*
 * Puts the last line of the LEN bytes at P that is not blank into OUT (CAP bytes, at least 2): escape sequences are
 * left out, other characters than printable ASCII become '?'.  WHOLE: P is all there was, and not cut somewhere.
 */
void lastline_find(char *out, size_t cap, const unsigned char *p, size_t len, bool whole);

#endif
