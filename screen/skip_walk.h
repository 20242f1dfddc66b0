/* SPDX-License-Identifier: MIT */
/*
 * skip_walk: follows the cursor through output that places text, and notes which cells the text goes to.
 *
 * It knows what full-screen programs say most: text of one column a character, absolute and relative motions, erasing,
 * SGR, showing and hiding the cursor.  It stops before all else, and before text that leaves its row or scrolls.
 */
#ifndef HOLDFAST_SCREEN_SKIP_WALK_H
#define HOLDFAST_SCREEN_SKIP_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "skip_scan.h"

struct screen;

#define SKIP_PARTS 32
#define SKIP_ROW_BITS 2
#define SKIP_SWITCHES 3 /* kinds of modes that change nothing but themselves */

struct skip_walk {
	const struct screen *s;
	unsigned rows, cols, x, y;
	bool pending; /* the next character would wrap */
	bool text;    /* the last thing was a character */

	/*
	 * Parts of the output, which begin every STEP bytes, where the cursor is put to a place: the offsets, and the
	 * cells that each part writes, a bit each, in WORDS a row.  All of them are zero at first.  Two bits more of
	 * each row: it no longer goes on with the one above; its marks are forgotten.
	 */
	size_t words, step;
	unsigned parts;
	size_t part[SKIP_PARTS];
	uint64_t *written, *here; /* HERE: those of the last part */

	const unsigned char *switched[SKIP_SWITCHES]; /* the last sequence of each kind, or NULL */
	size_t switched_len[SKIP_SWITCHES];
	struct skip_sgr sgr;
};

/* From the cursor of S on.  Goes through LEN bytes; how far it came. */
size_t skip_walk(struct skip_walk *w, const unsigned char *p, size_t len);

#endif
