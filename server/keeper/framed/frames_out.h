/* SPDX-License-Identifier: MIT */
/* frames_out: frames to a framed client, from the rings and from what waits. */
#ifndef HOLDFAST_FRAMES_OUT_H
#define HOLDFAST_FRAMES_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peers.h"

/* A whole frame that waits to be written; LEN is what an encoder has returned. */
void framed_put(struct peer *peer, const unsigned char *frame, int len);
void framed_put_text(struct peer *peer, uint8_t type, uint32_t code, const char *text);
/* ERROR, and the end of the attachment. */
void framed_error(struct peer *peer, enum frame_error_code code, const char *text);
/* Input was taken: to be acknowledged soon, or NOW. */
void framed_ack_input(struct peer *peer, bool now);
/* Writes what may be written. */
void framed_push(struct peer *peer);

/* The operations of these names (struct attachment_ops). */
bool framed_behind(const struct peer *peer, uint64_t lag);
bool framed_ping(struct peer *peer);
void framed_expect(struct peer *peer);
void framed_rendered(struct peer *peer, unsigned char *bytes, size_t len, bool lossy);

/* It takes nothing any more: it gets what is in the ring when it moves again. */
void framed_set_aside(struct peer *peer);
/* Bytes of CHANNEL that the client may have got. */
uint64_t framed_written(const struct framed *f, unsigned channel);
/* CLOCK_MONOTONIC in microseconds, as window.h has it. */
uint64_t framed_clock_us(void);

#endif
