/* SPDX-License-Identifier: MIT */
/*
 * frame_line: LINE_IS of docs/PROTOCOL.md (section 14): what the client that carries a login of one node of a pool to a
 * session on another says of the connection by which the person has come to its node.  The session's keeper asks for it
 * by LINE_ASK, which has no fields; and only a client that has named FRAME_LINE_FEATURE.
 */
#ifndef HOLDFAST_FRAME_LINE_H
#define HOLDFAST_FRAME_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "frame_types.h"

enum frame_line_verdict { FRAME_LINE_ALIVE = 1, FRAME_LINE_DEAD = 2, FRAME_LINE_UNKNOWN = 3 };

struct frame_line {
	uint8_t verdict; /* enum frame_line_verdict */
	uint32_t ago_ms; /* how long ago anything was heard over it; of no meaning where it is unknown */
};

/* Encoders and decoders as in frame.h.  A decoder refuses a verdict that is none. */
int frame_put_line(const struct frame_line *m, unsigned char *out, size_t cap);
int frame_get_line(struct frame_line *m, const unsigned char *body, size_t len);

#endif
