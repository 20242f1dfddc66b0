/* SPDX-License-Identifier: MIT */
/*
 * fallback: a session that the host cannot hold, as a plain ssh would have it: why, and how.  run_fallback.h fills it
 * in, plain.h carries it out.
 */
#ifndef HOLDFAST_FALLBACK_H
#define HOLDFAST_FALLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

struct fallback {
	bool wanted;
	bool none;  /* the host has no holdfast */
	bool asked; /* the host's holdfast has said WHY: the hook of the plain shell need not ask it once more */
	unsigned char *input; /* what has been read of standard input, INPUT_LEN bytes of the heap, or NULL; */
	size_t input_len;
	bool input_over;      /* and that was all */
	char why[TEXT_CAP + 64]; /* one line, without the host's name */
};

#endif
