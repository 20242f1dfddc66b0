/* SPDX-License-Identifier: MIT */
/*
 * frame_redirect: REDIRECT of docs/PROTOCOL.md (section 12): the session is on another node of the pool.  A server sends
 * it to a client that has named FRAME_REDIRECT_FEATURE, in answer to ATTACH; the client goes there itself, or sends ATTACH
 * again with FRAME_RELAY.  A client whose connection has been relayed sends it before ATTACH when it comes back, to a
 * server that has named the feature.
 */
#ifndef HOLDFAST_FRAME_REDIRECT_H
#define HOLDFAST_FRAME_REDIRECT_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"

struct frame_redirect {
	char address[HOST_CAP];  /* of the node, as ssh takes it */
	char node[NODE_CAP];
	unsigned char boot[FRAME_KEY]; /* the node's, as its HELLO has it; all zero: unknown */
	char unique[FRAME_HOP_UNIQUE]; /* of the session; "": unknown */
	uint32_t id;                   /* of the session there */
	char name[NAME_CAP];           /* of the session, or "" */
};

/* As in frame.h.  The decoder refuses an address that ssh could take for an option, or that has blanks or a '@' in it. */
int frame_put_redirect(const struct frame_redirect *m, unsigned char *out, size_t cap);
int frame_get_redirect(struct frame_redirect *m, const unsigned char *body, size_t len);

#endif
