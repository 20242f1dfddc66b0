/* SPDX-License-Identifier: MIT */
/* diff: a unified diff of two texts that differ in one place. */
#ifndef HOLDFAST_DIFF_H
#define HOLDFAST_DIFF_H

#include <stdio.h>

/*
 * Writes to F the patch(1) input that turns BEFORE into AFTER (NULL: no such file).  Control characters in the
 * lines are shown as question marks.  One hunk: from the first line that differs to the last one.
 */
void diff_print(FILE *f, const char *path, const char *before, const char *after);

#endif
