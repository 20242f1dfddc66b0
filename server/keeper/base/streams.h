/* SPDX-License-Identifier: MIT */
/*
 * streams: the input of a session's framed clients (docs/PROTOCOL.md, section 6).
 *
 * A stream outlives its connections: it counts the input that it has taken, and that input reaches the program
 * although the client has gone.  A session remembers the latest STREAMS_MAX; one that is in use is never forgotten.
 * Nothing here does I/O.
 */
#ifndef HOLDFAST_STREAMS_H
#define HOLDFAST_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_types.h"

#define STREAMS_MAX FRAME_STREAMS
#define STREAMS_QUEUE FRAME_INPUT_WINDOW /* bytes that wait for the program, a stream */
#define STREAMS_QUEUE_FIRST 1024         /* it begins with so much, doubled as needed: a key costs no new pages */

struct stream {
	unsigned char name[FRAME_KEY];
	uint64_t age;         /* counts up: the smallest is the oldest; 0: a free place */
	unsigned users;       /* attachments: 0 or 1 */
	uint64_t input;       /* the next byte that is expected */
	unsigned char *queue; /* CAP bytes, or NULL while empty */
	size_t cap;           /* at most STREAMS_QUEUE */
	size_t at, len;       /* the part of it that waits for the program */
	bool ended;           /* no byte comes any more (INPUT_END) */
	bool open;            /* its client is to be told of the session's end */
	uint32_t put_out;     /* enum frame_detached_reason: its client was told to go, or could not be; 0 */
};

struct streams {
	struct stream v[STREAMS_MAX];
	uint64_t clock;
};

/* The stream of that name, or NULL. */
struct stream *streams_find(struct streams *t, const unsigned char name[FRAME_KEY]);
/*
 * Begins one of that name, from offset 0 on, in place of an older one of the same name or of the oldest that is
 * not in use and has nothing waiting.  NULL: all places are taken.
 */
struct stream *streams_begin(struct streams *t, const unsigned char name[FRAME_KEY]);
/* Input came: 1 when it was taken, or all of it had been before; 0 when there is no room; -EBADMSG for a hole. */
int stream_take(struct stream *s, uint64_t offset, const unsigned char *data, size_t len, bool discard);
/* INPUT_END: 0, or -EBADMSG when it is not where the input is. */
int stream_end(struct stream *s, uint64_t offset);
size_t stream_room(const struct stream *s);
/* The input that waits: its length, and its address. */
size_t stream_waiting(const struct stream *s, const unsigned char **p);
/* N bytes of it have reached the program. */
void stream_used(struct stream *s, size_t n);
/* Whether anything waits in any of them. */
bool streams_wait(const struct streams *t);
/* Whether a client is still to be told of the end. */
bool streams_open(const struct streams *t);
/* Whether one has ended, and nothing waits in any. */
bool streams_ended(const struct streams *t);
/* Another client has resumed the session: its end does not wait for clients that are away. */
void streams_leave(struct streams *t);
/* The program has ended: drops all input. */
void streams_drop_input(struct streams *t);

#endif
