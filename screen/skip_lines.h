/* SPDX-License-Identifier: MIT */
/* skip_lines: output of lines that scroll away (skip.h). */
#ifndef HOLDFAST_SCREEN_SKIP_LINES_H
#define HOLDFAST_SCREEN_SKIP_LINES_H

#include <stddef.h>

struct screen;

/*
 * How many of the LEN bytes at P scroll out of the screen and its scrollback, if they are fed to S with all that is
 * nothing but lines behind them (up to *LINES): all of them but the pen, and *X, the cursor's column.  0: none.
 * *LINES is up to where that is known before the call.
 */
size_t skip_lines(const struct screen *s, const unsigned char *p, size_t len, size_t *lines, unsigned *x);

#endif
