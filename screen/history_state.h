/* SPDX-License-Identifier: MIT */
/* history_state: the bytes of the scrollback (history.h); a part of the model. */
#ifndef HOLDFAST_SCREEN_HISTORY_STATE_H
#define HOLDFAST_SCREEN_HISTORY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "style.h"

struct history {
	unsigned max;          /* lines */
	unsigned char *bytes;  /* the lines, one after the other, from start to end */
	size_t start, end, cap;
	uint32_t *len;         /* of each line, from first to past */
	size_t first, past, lens;
	/* The end of the last line, for going on with it. */
	struct style style;
	size_t link;           /* where its last change of link is, from the line's start, plus 1; 0: none */
	size_t link_bytes;
	uint8_t marks;         /* the kinds of mark that it has, 1 << enum mark_kind */
	unsigned column;       /* where it ends, if the screen goes on with it */
	bool shifted;          /* whether what comes behind it follows doubtful characters */
};

#endif
