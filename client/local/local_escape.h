/* SPDX-License-Identifier: MIT */
/* local_escape: ssh's escape character at the begin of a line, and what follows it. */
#ifndef HOLDFAST_LOCAL_ESCAPE_H
#define HOLDFAST_LOCAL_ESCAPE_H

#include <stddef.h>

enum escape_action {
	ESCAPE_NONE,
	ESCAPE_QUIT,      /* ~. */
	ESCAPE_HELP,      /* ~? */
	ESCAPE_SUSPEND,   /* ~^Z */
	ESCAPE_RECONNECT, /* ~r */
	ESCAPE_DETACH,    /* ~d */
};

struct local_escape {
	int character; /* -1: none */
	enum { ESCAPE_LINE_START, ESCAPE_SEEN, ESCAPE_IN_LINE } state;
};

void local_escape_init(struct local_escape *e, int character);
/*
 * Takes bytes of IN up to an action or the end: how many it took.  The bytes to send go to OUT (room for LEN +
 * 1), *OUT_LEN bytes.
 */
size_t local_escape_feed(struct local_escape *e, const unsigned char *in, size_t len, unsigned char *out,
                         size_t *out_len, enum escape_action *action);

#endif
