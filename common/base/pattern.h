/* SPDX-License-Identifier: MIT */
/*
 * pattern: patterns and lists of patterns as ssh_config(5) has them: '*' and '?' alone, '!' before a negated one.
 * Lists of holdfast.conf, whose form is checked, are match.h's.
 */
#ifndef HOLDFAST_PATTERN_H
#define HOLDFAST_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the pattern, LEN bytes, means all of TEXT; takes at most LEN times the length of TEXT steps. */
bool pattern_match(const char *pattern, size_t len, const char *text, bool any_case);
/* A list with commas: 1: a pattern means TEXT; -1: a negated one does, whatever the others say; 0: none. */
int pattern_list(const char *list, const char *text, bool any_case);

#endif
