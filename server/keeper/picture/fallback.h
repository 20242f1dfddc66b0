/* SPDX-License-Identifier: MIT */
/*
 * fallback: the screen for a terminal that resumes, made from the latest output in the ring, if the painter gives none.
 *
 * It shows the last lines that fit the terminal, cut at a safe place, with the colours that were on there, and
 * without sequences that ask the terminal a question, ring, set the clipboard or notify.  It switches on modes
 * (mouse, paste, cursor keys …) that were switched on within the ring.  While a program has the alternate screen, it
 * enters that screen and leaves it blank: the keeper makes the program draw itself.
 */
#ifndef HOLDFAST_FALLBACK_H
#define HOLDFAST_FALLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "termcan.h"

struct fallback {
	unsigned char *bytes; /* malloc'ed */
	size_t len;
	bool alternate;       /* the alternate screen is on */
};

/*
 * OUTPUT: what the ring holds; WHOLE: it begins with the session's first byte (else it may begin inside a sequence).
 * LINE, if not NULL, is shown dimmed above it ("resumed session 3 · away 4m 12s").  TARGET: what the terminal takes; of
 * the rest nothing comes but text.  0 or -ENOMEM.
 */
int fallback_render(struct fallback *t, const unsigned char *output, size_t len, bool whole, unsigned rows, unsigned cols,
                    const char *line, const struct termcan *target);
/* What puts a terminal that has shown OUTPUT back to its usual modes and main screen.  0 or -ENOMEM. */
int fallback_leave(struct fallback *t, const unsigned char *output, size_t len, bool whole,
                   const struct termcan *target);

#endif
