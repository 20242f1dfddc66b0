/* SPDX-License-Identifier: MIT */
/* local_notice: the line in a row of the terminal while the host is away.  Text and sequences only. */
#ifndef HOLDFAST_LOCAL_NOTICE_H
#define HOLDFAST_LOCAL_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct local_notice {
	const char *host;    /* its name */
	const char *reason;  /* one line: what is being done or went wrong; may be "" */
	uint64_t seconds;    /* without an answer */
	size_t kept;         /* bytes typed that the host does not have yet */
	bool full;           /* and no more is taken: more came in one go than FITS */
	size_t fits;
	bool stopped;        /* we don't try again by ourselves */
	int escape;          /* the escape character, -1 none */
	bool utf8;
};

/* The text, at most COLS columns; OUT has CAP bytes: its length. */
size_t local_notice_text(const struct local_notice *n, unsigned cols, char *out, size_t cap);
/*
 * What draws TEXT on row ROW (from 1) and leaves the cursor and the pen as they were: its length, 0 if it
 * does not fit.
 */
size_t local_notice_draw(const char *text, unsigned row, char *out, size_t cap);
/* What makes that row blank again. */
size_t local_notice_erase(unsigned row, char *out, size_t cap);

#endif
