/* SPDX-License-Identifier: MIT */
/* quoted: words as a command line that a shell reads as these words. */
#ifndef HOLDFAST_QUOTED_H
#define HOLDFAST_QUOTED_H

#include <stdbool.h>
#include <stddef.h>

/* Appends WORD to the string LINE, of CAP bytes with its NUL: false, and LINE is of no use, when there is no room. */
bool quoted_add(char *line, size_t cap, const char *word);

#endif
