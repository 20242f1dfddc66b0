/* SPDX-License-Identifier: MIT */
/*
 * block: lines of ours in somebody else's text file, between two marker lines that are comments in all the languages
 * that matter here ("#").  Works on strings; all results are the caller's to free, NULL: out of memory.
 */
#ifndef HOLDFAST_BLOCK_H
#define HOLDFAST_BLOCK_H

enum block_state {
	BLOCK_NONE,
	BLOCK_THERE,
	BLOCK_BROKEN, /* a marker without the other one, out of order, or more than one block */
};

enum block_where { BLOCK_FIRST, BLOCK_LAST };

enum block_state block_state(const char *text);
/* TEXT with a block around BODY (lines, each with its newline); a block that is there is replaced in its place. */
char *block_put(const char *text, const char *body, enum block_where where);
/* TEXT without its block. */
char *block_take(const char *text);

#endif
