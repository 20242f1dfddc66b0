/* SPDX-License-Identifier: MIT */
/*
 * painter: the process that has the terminal model of one session.  A fork of the session's keeper, confined
 * (painter_sandbox.h): it reads the ring in shared memory and talks over one socket (paint.h).  It is disposable:
 * its model can be made again from a rendering, or from the ring.
 *
 * It is a fork without an exec to save memory: it shares all pages with its keeper that it does not change.  Of the
 * keeper's memory it can tell only the keeper, which shows it only to the session's own user.
 */
#ifndef HOLDFAST_PAINTER_H
#define HOLDFAST_PAINTER_H

#include <stddef.h>
#include <stdint.h>

#include "screen.h"

struct painter_start {
	int fd;                   /* its end of the socket */
	unsigned char *ring;      /* mapped twice in a row (server/keeper/base/ring.h) */
	size_t ring_size;
	uint64_t at;              /* where in the output it begins */
	unsigned rows, cols;      /* of the model there */
	struct screen_terminal terminal; /* what is known of the person's own */
	unsigned scrollback;      /* lines that it keeps (screen_new) */
	const unsigned char *saved; /* a rendering of the model there; NULL: blank */
	size_t saved_len;
};

/* Is the painter until the socket is closed.  Never returns. */
void painter_be(const struct painter_start *start) __attribute__((noreturn));

#endif
