/* SPDX-License-Identifier: MIT */
/* frames_out: frames to a framed client: output from the rings, renderings, and the queue of all other frames. */
#ifndef HOLDFAST_FRAMES_OUT_H
#define HOLDFAST_FRAMES_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peers.h"

/* Queues a whole frame; LEN is the result of its encoder. */
void framed_put(struct peer *peer, const unsigned char *frame, int len);
void framed_put_text(struct peer *peer, uint8_t type, uint32_t code, const char *text);
/* ERROR, and the end of the attachment. */
void framed_error(struct peer *peer, enum frame_error_code code, const char *text);
/* How much more input the client may send: what the stream takes, and the client knows. */
uint32_t framed_window(const struct peer *peer);
/* Input was taken: acknowledges it soon, or NOW. */
void framed_ack_input(struct peer *peer, bool now);
/*
 * Nobody reads the output any more.  sshd may find that out before it has passed on all that the client has said
 * (DETACH, EXIT_ACK, input): the attachment ends with the input, or after some seconds.
 */
void framed_deaf(struct peer *peer);
/* Writes as much as the pipe and the window permit. */
void framed_push(struct peer *peer);

/* The operations of these names (struct attachment_ops). */
bool framed_behind(const struct peer *peer, uint64_t lag);
void framed_expect(struct peer *peer);
void framed_rendered(struct peer *peer, unsigned char *bytes, size_t len, bool lossy);

/* The client does not read: it gets no output until it reads again, and then goes on (catchup.h). */
void framed_set_aside(struct peer *peer);
/* Bytes of CHANNEL that the client may have got. */
uint64_t framed_written(const struct framed *f, unsigned channel);
/* CLOCK_MONOTONIC in microseconds, as window.h has it. */
uint64_t framed_clock_us(void);

#endif
