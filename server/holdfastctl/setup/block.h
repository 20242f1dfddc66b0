/* SPDX-License-Identifier: MIT */
/*
 * block: puts lines of ours into a text file, between two marker lines that are comments in all languages that matter
 * here ("#").  It works on strings; the caller frees all results, NULL: out of memory.
 */
#ifndef HOLDFAST_BLOCK_H
#define HOLDFAST_BLOCK_H

#include <stdbool.h>

enum block_state {
	BLOCK_NONE,
	BLOCK_THERE,
	BLOCK_BROKEN, /* a marker without the other one, or out of order */
};

enum block_where { BLOCK_FIRST, BLOCK_LAST };

enum block_state block_state(const char *text);
/* TEXT with a block around BODY (lines, each with its newline); an existing block is replaced in place. */
char *block_put(const char *text, const char *body, enum block_where where);
/*
 * TEXT with a block around FIRST at its beginning and one around LAST at its end; either may be NULL.  Removes other
 * blocks.
 */
char *block_put_both(const char *text, const char *first, const char *last);
/* Whether the line NUMBER (from 1) of TEXT is in a block. */
bool block_has_line(const char *text, unsigned number);
/* TEXT without its blocks. */
char *block_take(const char *text);

#endif
