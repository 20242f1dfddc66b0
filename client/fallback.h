/* SPDX-License-Identifier: MIT */
/*
 * fallback: a session that the host cannot hold, as a plain ssh would have it: why, and how.  run_fallback.h fills it
 * in, plain.h carries it out.
 */
#ifndef HOLDFAST_FALLBACK_H
#define HOLDFAST_FALLBACK_H

#include <stdbool.h>

#include "bounds.h"

struct fallback {
	bool wanted;
	bool none;  /* the host has no holdfast */
	bool asked; /* the host's holdfast has said WHY: the hook of the plain shell need not ask it once more */
	char why[TEXT_CAP + 64]; /* one line, without the host's name */
};

#endif
