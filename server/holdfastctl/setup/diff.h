/* SPDX-License-Identifier: MIT */
/* diff: a unified diff of two texts. */
#ifndef HOLDFAST_DIFF_H
#define HOLDFAST_DIFF_H

#include <stdio.h>

/*
 * Writes to F the patch(1) input that turns BEFORE into AFTER (NULL: no such file).  Control characters in the
 * lines are shown as question marks.  The diff is right for any two texts, and the shortest one where lines were put in
 * or taken out; its work grows with the square of the lines in between.
 */
void diff_print(FILE *f, const char *path, const char *before, const char *after);

#endif
