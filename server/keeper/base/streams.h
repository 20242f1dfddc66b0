/* SPDX-License-Identifier: MIT */
/*
 * streams: the input of a session's framed clients (docs/PROTOCOL.md, section 6).
 *
 * A stream outlives its connections: it counts the input that it has taken, and that input reaches the program
 * although the client has gone.  A session remembers the latest STREAMS_MAX; one that is in use is never forgotten.
 * Nothing here does I/O.
 *
 * Counters and waiting input can be in the session's memory (vital.h), where they outlive the keeper.  What a client is
 * told to be taken is counted there, together with the bytes that it brought: both count with one store.
 *
 * A queue takes as much as a long and fast line has on the way, and memory only while input moves: what the program has
 * read is given back when nothing has moved for a second, or when the client goes; and in pieces while the rest moves,
 * where the session's streams together have more than their limit.
 */
#ifndef HOLDFAST_STREAMS_H
#define HOLDFAST_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_tty.h"
#include "frame_types.h"

#define STREAMS_MAX FRAME_STREAMS
#define STREAMS_NARROW FRAME_INPUT_WINDOW    /* so many bytes may wait in any stream, */
#define STREAMS_QUEUE FRAME_INPUT_WINDOW_MAX /* in a wide one so many, */
#define STREAMS_ALL (8u << 20)               /* and in all of a session's so many, beside STREAMS_NARROW of each */
#define STREAMS_PIECE (256u << 10)           /* so much used memory is given back at a time, beyond the limit */
#define STREAMS_KEPT 4096                    /* less is not worth a call */

/* A stream as a keeper finds it that takes the place of another one.  Written by this unit. */
struct stream_live {
	unsigned char name[FRAME_KEY];
	uint64_t age;         /* 0: a free place */
	uint64_t fed;         /* bytes of the queue that have reached the program */
	struct stream_counts {
		uint64_t input; /* the next byte that is expected */
		uint64_t put;   /* bytes that have been put into the queue */
	} counts[2];
	uint32_t counts_in;   /* which of the two counts */
	uint32_t flags;       /* STREAM_ENDED and so on; from bit 8 on PUT_OUT */
};

#define STREAM_ENDED 1u
#define STREAM_OPEN 2u
#define STREAM_CLOSED(channel) (4u << (channel))
#define STREAM_WATCHED 16u
#define STREAM_WATCHED_MODES 32u /* besides that; a keeper that does not know it tells more than was asked */

#define STREAM_CHANNELS 2

struct stream {
	unsigned char name[FRAME_KEY];
	uint64_t age;         /* counts up: the smallest is the oldest; 0: a free place */
	unsigned users;       /* attachments: 0 or 1 */
	uint64_t input;       /* the next byte that is expected */
	uint64_t put, fed;    /* bytes put into the queue, and taken out of it: those between them wait for the program */
	unsigned char *queue; /* a circle of streams_queue_bytes(), or NULL */
	uint64_t kept;        /* memory of the queue before this has been given back */
	uint64_t told;        /* its client may send so much of the input: it finds room, whatever the limit is by now */
	bool ended;           /* no byte comes any more (INPUT_END) */
	bool wide;            /* its client knows windows over STREAMS_NARROW */
	bool ahead;           /* input is taken that was sent before there was a window: FRAME_INPUT_AHEAD_MAX finds room */
	bool open;            /* its client is to be told of the session's end */
	bool closed[STREAM_CHANNELS]; /* nothing at its client reads this output any more */
	enum frame_watch watched; /* what its client wants to know of the terminal (WATCH) */
	uint32_t put_out;     /* enum frame_detached_reason: its client was told to go, or could not be; 0 */
	struct streams *of;
};

struct streams {
	struct stream v[STREAMS_MAX];
	uint64_t clock;
	size_t limit;             /* so much may wait in wide streams together, STREAMS_ALL at most; 0: they are
	                             not wide */
	/* In the session's memory: */
	struct stream_live *live; /* STREAMS_MAX, or NULL: all is the keeper's own */
	int fd;                   /* borrowed … */
	uint64_t queues_at, queue_stride; /* … and where in it the queues are */
	size_t queue_bytes;               /* how long each one is: a power of two; 0: STREAMS_QUEUE */
};

/* Takes over the counters and the input in t->live, which vital_check() has accepted. */
void streams_restore(struct streams *t);
/* Writes the flags of all streams into t->live, if that is there. */
void streams_commit(struct streams *t);

/* How long the queues of T are (NULL: one that is alone): a power of two. */
size_t streams_queue_bytes(const struct streams *t);
/* The stream of that name, or NULL. */
struct stream *streams_find(struct streams *t, const unsigned char name[FRAME_KEY]);
/*
 * Begins one of that name, from offset 0 on, in place of an older one of the same name or of the oldest that is
 * not in use and has nothing waiting.  NULL: all places are taken.
 */
struct stream *streams_begin(struct streams *t, const unsigned char name[FRAME_KEY]);
/*
 * Bytes were kept of input that came: LEN bytes at DATA go into the queue, and the next byte that is expected is NEXT.
 * 1, or 0 when there is no room.
 */
int stream_keep(struct stream *s, const unsigned char *data, size_t len, uint64_t next);
/* Input came: 1 when it was taken, or all of it had been before; 0 when there is no room; -EBADMSG for a hole. */
int stream_take(struct stream *s, uint64_t offset, const unsigned char *data, size_t len, bool discard);
/* INPUT_END: 0, or -EBADMSG when it is not where the input is. */
int stream_end(struct stream *s, uint64_t offset);
/*
 * How much may still come: never less than STREAMS_NARROW together with what waits, nor than its client has been told.
 * What other clients have been told counts as if it waited.
 */
size_t stream_room(const struct stream *s);
/* Its client is idle, or has gone: gives the memory back of what the program has read. */
void stream_rest(struct stream *s);
/* Whether that is worth it. */
bool stream_keeps(const struct stream *s);
/* The input that waits: its length. */
size_t stream_waits(const struct stream *s);
/* So much of it as is in one piece: its length, and its address. */
size_t stream_waiting(const struct stream *s, const unsigned char **p);
/* N bytes of it have reached the program. */
void stream_used(struct stream *s, size_t n);
/* Whether anything waits in any of them. */
bool streams_wait(const struct streams *t);
/* Whether a client is still to be told of the end. */
bool streams_open(const struct streams *t);
/* Whether a client has closed its output CHANNEL, and no other one that is to be told of the end reads it. */
bool streams_closed(const struct streams *t, unsigned channel);
/* Whether a client has closed all of its output and left, and no other one is to be told of the end. */
bool streams_released(const struct streams *t);
/* Whether one has ended, and nothing waits in any. */
bool streams_ended(const struct streams *t);
/* Another client has resumed the session: its end does not wait for clients that are away. */
void streams_leave(struct streams *t);
/* The program has ended: drops all input. */
void streams_drop_input(struct streams *t);

#endif
