/* SPDX-License-Identifier: MIT */
/*
 * match: pattern lists as in sshd_config(5), "Match": patterns separated by commas, with '*' and '?'; '!' before a
 * pattern excludes its matches.
 */
#ifndef HOLDFAST_MATCH_H
#define HOLDFAST_MATCH_H

#include <stdbool.h>

/* 1: STR matches one of PATTERNS and none with '!'; -1: it matches one with '!'; 0: neither. */
int match_list(const char *str, const char *patterns);
/*
 * The same, but a pattern may also be an address in any form, or a network, "192.0.2.0/24".  ADDRESS is numeric, or ""
 * and matches nothing.
 */
int match_address_list(const char *address, const char *patterns);
/* Whether PATTERNS is a valid list: no pattern is empty or too long. */
bool match_list_ok(const char *patterns);

#define MATCH_PATTERN_CAP 256
/*
 * Goes through PATTERNS until WRONG says of one what was expected in its place; it returns NULL for a good one.  The
 * result is that, and the pattern in FOUND, or NULL if all are good.  A list that is not valid has an empty FOUND.
 */
const char *match_list_wrong(const char *patterns, const char *(*wrong)(const char *pattern),
                             char found[MATCH_PATTERN_CAP]);
/* For match_list_wrong: an address, a pattern of one, or a network. */
const char *match_address_wrong(const char *pattern);

#endif
