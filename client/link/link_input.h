/* SPDX-License-Identifier: MIT */
/*
 * link_input: what was typed (or came on standard input), numbered, kept until the host has said that it has it,
 * and sent again after a cut.  Bounded: the host's window, and what may be typed while it is away.
 *
 * A pipe may have as much on the way as the host's window permits; memory is taken as that is needed.  What a person
 * types has the narrow window alone.
 */
#ifndef HOLDFAST_LINK_INPUT_H
#define HOLDFAST_LINK_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_types.h"

#define LINK_INPUT_AWAY 65536u /* may be typed while away */
#define LINK_INPUT_CAP (FRAME_INPUT_WINDOW + LINK_INPUT_AWAY)
#define LINK_INPUT_AHEAD LINK_INPUT_CAP /* of a pipe so much is read that has not been sent */
#define LINK_INPUT_MOST (FRAME_INPUT_WINDOW_MAX + LINK_INPUT_AHEAD)

/* All zero is an empty one; offsets are those of the stream. */
struct link_input {
	uint64_t base;  /* the host has everything before it */
	uint64_t sent;  /* sent over this connection before it */
	uint64_t end;   /* nothing was typed from here on */
	uint64_t limit; /* the window ends here */
	bool typed;     /* by a person: never more than FRAME_INPUT_WINDOW on the way */
	bool ended;     /* no more will come: INPUT_END */
	bool end_sent;  /* over this connection */
	unsigned char *buf; /* a circle of CAP bytes */
	size_t cap;         /* a power of two; 0: none yet */
};

/* How many bytes it still takes. */
size_t link_input_room(const struct link_input *in);
/* How many are kept that the host has not said to have. */
size_t link_input_kept(const struct link_input *in);
/* Takes as much of DATA as fits: how much. */
size_t link_input_add(struct link_input *in, const void *data, size_t len);
/* Drops what is kept from OFFSET on, if none of that has been sent over this connection: how many bytes; 0: none. */
size_t link_input_take_back(struct link_input *in, uint64_t offset);
/* A place for the next bytes, at most MAX: how many fit there, 0 for none.  link_input_filled() says how many came. */
size_t link_input_place(struct link_input *in, unsigned char **p, size_t max);
void link_input_filled(struct link_input *in, size_t n);
/* The next bytes to send, at most MAX: their number, 0 for none; *P is good until the next call of anything. */
size_t link_input_next(const struct link_input *in, const unsigned char **p, size_t max);
void link_input_sent(struct link_input *in, size_t n);
/* Whether INPUT_END is due: everything has been sent. */
bool link_input_end_due(const struct link_input *in);
/* INPUT_ACK: 0, or -EBADMSG when it acknowledges what was never sent. */
int link_input_ack(struct link_input *in, uint64_t offset, uint32_t window);
/* ATTACHED of a known or new stream: goes on at OFFSET: 0, or -EBADMSG when that is not among what is kept. */
int link_input_resume(struct link_input *in, uint64_t offset, uint32_t window);
/* ATTACHED of a stream that the host has forgotten: throws away what is kept; how much that was. */
size_t link_input_forget(struct link_input *in, uint64_t offset, uint32_t window);
/* Before ATTACHED: all that is kept is to be sent, from its first byte on, and at most MAX bytes. */
void link_input_begin(struct link_input *in, uint32_t max);
/* Nothing has happened for a while: what a long transfer needed goes back. */
void link_input_rest(struct link_input *in);
/* Empties it, and wipes what was in it. */
void link_input_free(struct link_input *in);

#endif
