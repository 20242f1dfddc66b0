/* SPDX-License-Identifier: MIT */
/*
 * framed: an attachment that speaks docs/PROTOCOL.md on its pipes.  Its client has a struct framed; its struct
 * terminal has the pipes, the size and the flow, which is BLOCKED also while the window is full.
 *
 * framed.c: its life; framed_in.c: frames from the client; framed_out.c: frames to it, with the bytes of the ring
 * as they are there, without a copy; framed_window.c: how much of them; streams.c: input, which outlives the
 * attachment.
 */
#ifndef HOLDFAST_FRAMED_H
#define HOLDFAST_FRAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "attach.h"
#include "frame.h"
#include "framed_window.h"
#include "streams.h"

#define FRAMED_CHANNELS 2
#define FRAMED_CONTROL 8192       /* frames that wait to be written, but for data */
#define FRAMED_CONTROL_LOW 2048   /* with less room than that, no frame is read */
#define FRAMED_DATA_MAX 16384     /* of output in one frame */

struct client;
struct keeper;
struct loop;

/* What the bytes of the frame that is being written come from. */
enum framed_source { FRAMED_NONE, FRAMED_RING, FRAMED_RENDERING, FRAMED_SPILLED };

enum framed_rendering { FRAMED_NO_RENDERING, FRAMED_ASKED, FRAMED_READY };

struct framed {
	struct frame_reader reader;
	bool held;              /* a frame in it can't be taken yet … */
	bool again;             /* … but now it may */
	struct stream *stream;  /* in the keeper's table */
	uint64_t said;          /* input that has been acknowledged */
	uint32_t said_window;
	uint64_t ack_at;        /* when it is to be, at the latest (clock_now_ms); CLOCK_NEVER */

	struct framed_window window;
	uint64_t sent[FRAMED_CHANNELS], acked[FRAMED_CHANNELS];

	unsigned char control[FRAMED_CONTROL];
	size_t control_at, control_len;

	/* The frame that is being written. */
	enum framed_source source;
	unsigned char head[FRAME_DATA_HEAD];
	size_t head_len, head_at;
	unsigned channel;
	uint64_t from;          /* offset in the ring, or in what was rendered */
	size_t left;
	unsigned char *spilled; /* what was left of it when the client was set aside */
	bool full;              /* the pipe takes no more */

	enum framed_rendering rendering;
	uint64_t render_at;     /* output goes on to there, then it comes */
	unsigned char *rendered;
	size_t rendered_len, rendered_at;
	uint8_t rendering_flags;
	bool skip;              /* output before it is not sent: new here, or after a gap */

	/* Queries before REPLAY_TO have been answered; what its terminal says to them is not typed again. */
	uint64_t replay_to;
	uint64_t replay_until;  /* clock_now_ms(); CLOCK_NEVER: until some time after all of that has been acknowledged */

	struct winsize told;    /* what the client takes for the session's size */
	bool exit_sent, exit_acked;
};

/*
 * C's claim is confirmed.  0; -ENOMEM, -EBUSY (all streams are in use).  An older attachment of the same stream
 * is put out.  framed_greet follows, when the session is there.
 */
int framed_begin(struct client *c);
/* Tells C what it is attached to, and has the screen drawn where it is to be.  IS_NEW: it has just been started. */
void framed_greet(struct client *c, bool is_new, bool quiet);
void framed_free(struct client *c);

void framed_watch(struct client *c, struct loop *l);
/* Writes what may be written. */
void framed_push(struct client *c);
/* As attached_behind, of this one. */
bool framed_behind(const struct client *c, uint64_t lag);
/* At the end of each turn: what is due, and whether it stands still. */
void framed_sweep(struct client *c, uint64_t now);
/* Says so as well as the pipe takes it; then the attachment is let go. */
void framed_detached(struct client *c, enum attach_reason why, const char *target);
/* For probe.c: asks the client to answer; whether that was written. */
bool framed_ping(struct client *c);
/* The client has output up to there: to queries behind it nobody there can have answered. */
uint64_t framed_seen(const struct client *c);
/* enum frame_kind */
uint32_t framed_kind(const struct keeper *k);

/* For all sessions' framed clients: input that waits goes to the program. */
void framed_feed(struct keeper *k);
/*
 * The session has ended and all output has been sent: tells its clients.  Whether anybody is to be waited for who
 * has not heard of it yet.
 */
bool framed_linger(struct keeper *k);

/* For claim.c: why CLAIM, to go on with a stream, can't; NULL: it can. */
const char *framed_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code);
/* For attached.c: LEN bytes of C's input, which were counted when they came, go to the program. */
void framed_typed(struct client *c, const unsigned char *p, size_t len);
/* Whether C has said that it knows of the session's end. */
bool framed_has_heard(const struct client *c);

/* For show.c.  A rendering of the session as it is now has been asked for. */
void framed_expect(struct client *c);
/* It is there, taken over (NULL: nothing can be shown). */
void framed_rendered(struct client *c, unsigned char *bytes, size_t len, bool lossy);

/*
 * Between framed*.c.
 */

/* Takes the frames that are there; sets t.dead when they are wrong or the pipe has ended. */
void framed_read(struct client *c);
void framed_take(struct client *c);
/* A whole frame that waits to be written; LEN is what an encoder has returned. */
void framed_put(struct client *c, const unsigned char *frame, int len);
void framed_put_text(struct client *c, uint8_t type, uint32_t code, const char *text);
/* ERROR, and the end of the attachment. */
void framed_error(struct client *c, enum frame_error_code code, const char *text);
/* It moves again after it was set aside. */
void framed_return(struct client *c);
/* It takes nothing any more: it gets what is in the ring when it moves again. */
void framed_set_aside(struct client *c);
/* Input was taken: to be acknowledged soon, or NOW. */
void framed_ack_input(struct client *c, bool now);
/* The ring of CHANNEL, or NULL. */
struct ring *framed_ring(const struct keeper *k, unsigned channel);
/* What all clients that go with the command have taken of CHANNEL is needed by nobody. */
void framed_release(struct keeper *k, unsigned channel);
/* Bytes of CHANNEL that the client may have got. */
uint64_t framed_written(const struct framed *f, unsigned channel);
uint64_t framed_clock_us(void);

#endif
