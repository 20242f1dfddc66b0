/* SPDX-License-Identifier: MIT */
/*
 * tail: what a terminal is shown on a resume, made from the latest output in the ring.
 *
 * The first version of restoring a screen: the last lines that fit it, cut at a safe place, with the colours that were
 * on there, and without anything that would ask the terminal a question, ring, set the clipboard or notify.  Modes
 * (mouse, paste, cursor keys …) that were switched on within the ring are switched on again.  While a program has the
 * alternate screen, that one is entered and left blank: the keeper has the program draw itself.
 */
#ifndef HOLDFAST_TAIL_H
#define HOLDFAST_TAIL_H

#include <stdbool.h>
#include <stddef.h>

struct fallback {
	unsigned char *bytes; /* malloc'ed */
	size_t len;
	bool alternate;       /* the alternate screen is on */
};

/*
 * OUTPUT: what the ring holds; WHOLE: it begins with the session's first byte (else it may begin inside a sequence).
 * LINE, if not NULL, is shown dimmed above it ("resumed session 3 · away 4m 12s").  0 or -ENOMEM.
 */
int fallback_render(struct fallback *t, const unsigned char *output, size_t len, bool whole, unsigned rows, unsigned cols,
                const char *line);
/* What puts a terminal that has shown OUTPUT back to its usual modes and main screen.  0 or -ENOMEM. */
int fallback_leave(struct fallback *t, const unsigned char *output, size_t len, bool whole);

#endif
