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
/* The same, but a pattern may also be a network, "192.0.2.0/24".  ADDRESS is numeric, or "" and matches nothing. */
int match_address_list(const char *address, const char *patterns);
/* Whether PATTERNS is a valid list: no pattern is empty, and every network is valid. */
bool match_list_ok(const char *patterns);
bool match_address_list_ok(const char *patterns);

#endif
