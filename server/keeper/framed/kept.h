/* SPDX-License-Identifier: MIT */
/*
 * kept: what of a framed attachment is in the session's memory (vital.h), so that the keeper after this one can go on
 * with the same pipes at the exact byte: the bytes that were read and whose frames have not been taken, and what the
 * last write was about to write.
 *
 * Before each write the keeper notes all that the write may write, and after it how many bytes were written; a keeper
 * that takes its place writes the rest.  Frames that wait behind that are not noted: those that matter (GAP, EXIT …)
 * break the state off (kept_break), the others are made anew (INPUT_ACK, SIZE_IS).  Frames from the client may be taken
 * twice, which changes nothing, but for SIGNAL: that is noted as taken before it is acted upon.
 *
 * Where the state is broken off, or there is no memory, the attachment does not come back; its client goes on over
 * another connection.
 */
#ifndef HOLDFAST_KEPT_H
#define HOLDFAST_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "peers.h"

#define KEPT_CHANNELS 2
#define KEPT_BYTES 1024u                 /* of frames that are in no ring */
#define KEPT_IN (2u * (FRAME_MAX + 4u))  /* twice the longest frame: its begin is moved without an overlap */

/* What a write is about to write, in this order. */
struct kept_out {
	uint64_t done;       /* so many bytes of it have been written */
	uint32_t bytes_len, head_len;
	uint32_t channel;    /* of the ring … */
	uint32_t left;       /* … so many bytes … */
	uint64_t from;       /* … from this offset on */
	uint32_t rests;      /* it begins inside of a frame */
	uint32_t unused;
	/* When all of it has been written: */
	uint64_t sent[KEPT_CHANNELS];
	uint64_t replay_to;  /* struct framed's */
	unsigned char head[FRAME_DATA_HEAD];
	unsigned char bytes[KEPT_BYTES];
};

/* One stream's place in the memory.  It grows at its end alone. */
struct kept {
	unsigned char stream[FRAME_KEY];
	uint32_t counts;     /* 0: nothing has been written; else out[counts & 1] is the last one */
	uint32_t exact;      /* 0: broken off */
	uint64_t in;         /* what has not been taken of IN_BYTES: from its upper half to its lower half */
	uint64_t acked[KEPT_CHANNELS]; /* by the client */
	struct kept_out out[2];
	unsigned char in_bytes[KEPT_IN];
};

/* PEER's attachment begins: its state is kept from now on, if that is possible. */
void kept_open(struct peer *peer);
/*
 * PEER's attachment goes on in this keeper, which has only become another program: all that matters is in its struct
 * framed, and is noted at once.
 */
void kept_join(struct peer *peer);
/* It ends: nothing is kept of it. */
void kept_close(struct peer *peer);
/* What comes next for the client can't be told from what is noted, until all of it has been written. */
void kept_break(struct peer *peer);

/* Before and after a write of what there is; RESTS: the rest of a frame that was begun.  N: of write(2). */
void kept_write(struct peer *peer, bool rests);
void kept_wrote(struct peer *peer, ssize_t n);
/* Reads at most ROOM bytes to TO, as read(2). */
ssize_t kept_read(struct peer *peer, unsigned char *to, size_t room);
/* The client has acknowledged more. */
void kept_acked(struct peer *peer);
/* The frames that the reader has given have been taken. */
void kept_taken(struct peer *peer);

/* Whether the attachment with STREAM that K's predecessor had can go on. */
bool kept_can_go_on(struct keeper *k, const unsigned char stream[FRAME_KEY]);
/* PEER's attachment is that one: fills in its struct framed.  0 or a negative errno. */
int kept_go_on(struct peer *peer);

#endif
