/* SPDX-License-Identifier: MIT */
/*
 * relay_line: answers LINE_ASK in the bytes that a relay carries (hop_relay.h): whether the framed client's connection to
 * this node is still there (incoming.h).  The relay follows the frames both ways, so as to put one of its own between two
 * of them; what passes is not changed.
 */
#ifndef HOLDFAST_RELAY_LINE_H
#define HOLDFAST_RELAY_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#define RELAY_LINE_MAX 16 /* bytes of a frame that is put in between */

/* Where the bytes of one way are; all zero: between two frames. */
struct relay_edges {
	unsigned char head[FRAME_HEAD];
	unsigned have;  /* bytes of it */
	uint32_t left;  /* of the frame's body */
	bool lost;      /* a length that is none: the two ends will see */
};

/* LEN more bytes have come.  Whether a frame of TYPE has begun among them. */
bool relay_edges_follow(struct relay_edges *e, const unsigned char *p, size_t len, uint8_t type);
/* Whether a frame can be put behind what has come. */
bool relay_edges_between(const struct relay_edges *e);

/*
 * HELLO of the client, whole, LEN bytes at HELLO, which names MORE features (a name-list, FRAME_LINE_FEATURE among them),
 * to OUT: its length, or a negative errno.
 */
int relay_line_hello(const unsigned char *hello, size_t len, const char *more, unsigned char *out, size_t cap);
/* LINE_ASK has come.  What is to be sent to the client so that it answers, to OUT: its length; 0: nothing. */
int relay_line_asked(bool between, unsigned char out[RELAY_LINE_MAX]);
/* The answer, if it is known at NOW, to OUT: its length; 0: there is none. */
int relay_line_answer(uint64_t now, unsigned char out[RELAY_LINE_MAX]);

#endif
