/* SPDX-License-Identifier: MIT */
/* framed_private: the state of a framed attachment. */
#ifndef HOLDFAST_FRAMED_PRIVATE_H
#define HOLDFAST_FRAMED_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "frame.h"
#include "frame_tty.h"
#include "streams.h"
#include "window.h"

#define FRAMED_CHANNELS 2
#define FRAMED_CONTROL 8192       /* frames that wait to be written, but for data */
#define FRAMED_CONTROL_LOW 2048   /* with less room than that, no frame is read */
#define FRAMED_DATA_MAX 32754     /* of output in one frame: with its head one packet of sshd */
#define FRAMED_SHOWN_MAX 16384    /* of a terminal's, which is shown when all of the frame has come */

/* Where the bytes of the frame come from that is being written. */
enum framed_source { FRAMED_NONE, FRAMED_RING, FRAMED_RENDERING, FRAMED_SPILLED };

enum framed_rendering { FRAMED_NO_RENDERING, FRAMED_ASKED, FRAMED_READY };

struct kept;

struct framed {
	struct frame_reader reader;
	bool held;              /* a frame in it can't be taken yet … */
	bool again;             /* … but now it may */
	struct stream *stream;  /* in the keeper's table */
	bool wide;              /* the client knows FRAME_WIDE_INPUT, … */
	bool line;              /* … and FRAME_LINE_FEATURE */
	bool widened;           /* the pipe that the client's input comes through, until that rests */
	uint64_t said;          /* input that has been acknowledged */
	uint32_t said_window;
	uint64_t ack_at;        /* when it is to be, at the latest (clock_now_ms); CLOCK_NEVER */
	uint64_t fed;           /* of its stream, as it was last seen … */
	uint64_t rest_at;       /* … and when what a long transfer needs goes back if that is all; CLOCK_NEVER */

	struct window window;
	uint64_t sent[FRAMED_CHANNELS], acked[FRAMED_CHANNELS];

	unsigned char control[FRAMED_CONTROL];
	size_t control_at, control_len;

	/* The frame that is being written. */
	enum framed_source source;
	unsigned char head[FRAME_DATA_HEAD];
	size_t head_len, head_at;
	unsigned channel;
	uint64_t from;          /* offset in the ring, or in the rendering */
	size_t left;
	unsigned char *spilled; /* the rest of it, when the client was set aside */
	bool full;              /* the pipe takes no more */
	uint64_t deaf;          /* nobody reads it any more: so long is read what the client has said; 0: somebody does */

	enum framed_rendering rendering;
	uint64_t render_at;     /* output goes on to there, then it comes */
	unsigned char *rendered;
	size_t rendered_len, rendered_at;
	uint8_t rendering_flags;
	bool skip;              /* output before it is not sent: new here, or after a gap */

	/* Queries before REPLAY_TO have been answered: the client's terminal answers them again, which is not typed. */
	uint64_t replay_to;
	uint64_t replay_until;  /* clock_now_ms(); CLOCK_NEVER: until some time after all of that has been acknowledged */

	struct kept *kept;      /* kept.h; NULL: none */
	bool broken;            /* what is noted there is not all that matters */

	struct winsize told;    /* the size that the client was told last */

	enum frame_watch watched; /* what the client has asked for by WATCH (watched.h), … */
	uint32_t tty_told;      /* … and what it was told: which change of the pty, … */
	struct frame_taken taken; /* … and which input was taken, … */
	bool taken_due;         /* … which it is still to be told */

	bool exit_sent, exit_acked;
};

#endif
