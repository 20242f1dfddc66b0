/* SPDX-License-Identifier: MIT */
/*
 * link_stream: a session as this client sees it, over any number of connections: who it is, which output has come,
 * which input is still to be confirmed.  Takes frames that link_next has let through, and checks what they say
 * against that.
 */
#ifndef HOLDFAST_LINK_STREAM_H
#define HOLDFAST_LINK_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "frame_session.h"
#include "link_input.h"

struct link_stream {
	unsigned char id[FRAME_KEY];   /* ours: ATTACH's stream */
	unsigned char key[FRAME_KEY];  /* the session's */
	unsigned char boot[FRAME_KEY]; /* the host's, when it was attached first */
	bool attached;                 /* ever */
	uint32_t session;              /* its id */
	char name[NAME_CAP];
	uint32_t kind;                 /* enum frame_kind */
	uint64_t next[2];              /* the first byte of each channel that has not come */
	uint64_t acked[2];
	uint64_t follows[2];           /* what the next OUTPUT of this connection has to begin with */
	bool unpainted;                /* a rendering is due, or has come in part */
	bool painting;                 /* over this connection one has come in part */
	bool takes_closed;             /* the keeper knows OUTPUT_CLOSED, */
	bool takes_ahead;              /* and INPUT_AHEAD */
	bool ahead;                    /* not attached yet: input goes as INPUT_AHEAD over the connection that asks */
	bool tells;                    /* the keeper knows WATCH, */
	bool tells_modes;              /* and FRAME_WATCH_MODES */
	bool ended;                    /* EXIT has come */
	struct frame_exit exit;
	struct link_input input;
};

/* A new one with a random id: 0 or a negative errno. */
int link_stream_init(struct link_stream *s);
/* What ATTACH says of it: the fields of mode 5, or only the id. */
void link_stream_ask(const struct link_stream *s, struct frame_attach *m);
/* ATTACHED: 0, or -EBADMSG.  *LOST: bytes of input that the host may or may not have used. */
int link_stream_attached(struct link_stream *s, const struct frame_attached *m, size_t *lost);
/* OUTPUT: 0 with *D cut down to the new bytes (maybe none), or -EBADMSG. */
int link_stream_output(struct link_stream *s, struct frame_data *d);
/* GAP: 0 and how many bytes are lost, or -EBADMSG. */
int link_stream_gap(struct link_stream *s, const struct frame_gap *g, uint64_t *lost);
/* A frame of a RENDERING. */
void link_stream_rendering(struct link_stream *s, const struct frame_data *d);

#endif
