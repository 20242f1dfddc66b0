/* SPDX-License-Identifier: MIT */
/*
 * frame: the frames of docs/PROTOCOL.md, as both ends read and write them: finding frames in a stream, and all frames
 * but those of frame_session.h and frame_tty.h.  Nothing here does I/O.
 *
 * A frame is a uint32 length, a type byte and the type's fields.  frame_next() finds the next whole one in a stream
 * that arrives in pieces; frame_get_*() take the bytes behind the type byte.
 */
#ifndef HOLDFAST_FRAME_H
#define HOLDFAST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"

extern const unsigned char frame_magic[8];

struct frame_data { /* INPUT (channel 0), OUTPUT, RENDERING (its flags are in CHANNEL) */
	uint8_t channel;
	uint64_t offset;
	const unsigned char *data; /* points into the frame */
	size_t len;
};

struct frame_gap { uint8_t channel; uint64_t from, to; };
struct frame_size { uint32_t rows, cols, xpixel, ypixel; };
struct frame_input_ack { uint64_t offset; uint32_t window; };
struct frame_exit { bool signaled; uint32_t value; char signal[32]; };
struct frame_text { uint32_t code; char text[TEXT_CAP]; }; /* ERROR and DETACHED: code; NOTICE, NAME, SIGNAL: 0 */

/* The bytes of a stream as they arrive, up to one frame.  All zero: an empty one. */
struct frame_reader {
	unsigned char buf[FRAME_MAX + 4];
	size_t at, len; /* the bytes from AT to LEN are not yet taken */
};

/* A whole frame.  BODY, the bytes behind the type byte, is valid until the next frame_room() or frame_next(). */
struct frame {
	uint8_t type;
	const unsigned char *body;
	size_t len;
};

/* The place for the next bytes; *ROOM, at least one, is how many fit.  frame_filled() says how many came. */
unsigned char *frame_room(struct frame_reader *r, size_t *room);
void frame_filled(struct frame_reader *r, size_t n);
/* 1: *f is the next frame; 0: that frame is not whole yet; -EBADMSG: its length is 0 or over FRAME_MAX. */
int frame_next(struct frame_reader *r, struct frame *f);
/* Whether the reader has bytes that are not yet taken. */
bool frame_pending(const struct frame_reader *r);

/*
 * Looks for PREAMBLE (24 bytes) in the bytes before the first frame.  1: found, and the bytes behind it stay in the
 * reader; 0: more bytes are needed; -EBADMSG: it is not in FRAME_GARBAGE_MAX bytes.  *SEEN counts the discarded bytes.
 * LINE (CAP bytes, all zero at first) keeps their last line, for the person, without control characters.
 */
int frame_find_preamble(struct frame_reader *r, const unsigned char preamble[FRAME_PREAMBLE], size_t *seen,
                        char *line, size_t cap);

/*
 * Encoders write the whole frame with its head to OUT: the number of bytes, or -EMSGSIZE (also when a field is over its
 * limit, and when the frame of TYPE has other fields).  Decoders take the body: 0 or -EBADMSG (likewise); after an error
 * the output is undefined.  Both take the control characters out of text for people.
 */
int frame_put_plain(uint8_t type, unsigned char *out, size_t cap); /* LIST, DETACH, EXIT_ACK */
/* Only the head, up to the data: writev(2) sends the data behind it without a copy.  LEN is the data's. */
int frame_put_data_head(uint8_t type, const struct frame_data *m, unsigned char *out, size_t cap);
int frame_get_data(uint8_t type, struct frame_data *m, const unsigned char *body, size_t len);
/* INPUT_END, PING, PONG, SERVER_PING, SERVER_PONG: one uint64. */
int frame_put_u64(uint8_t type, uint64_t v, unsigned char *out, size_t cap);
int frame_get_u64(uint64_t *v, const unsigned char *body, size_t len);
int frame_put_ack(uint8_t channel, uint64_t offset, unsigned char *out, size_t cap);
int frame_get_ack(uint8_t *channel, uint64_t *offset, const unsigned char *body, size_t len);
/* Of SIZE_IS: rows and cols alone. */
int frame_put_size(uint8_t type, const struct frame_size *m, unsigned char *out, size_t cap);
int frame_get_size(uint8_t type, struct frame_size *m, const unsigned char *body, size_t len);
int frame_put_redraw(uint8_t what, unsigned char *out, size_t cap);
int frame_get_redraw(uint8_t *what, const unsigned char *body, size_t len);
/* OUTPUT_CLOSED. */
int frame_put_channel(uint8_t channel, unsigned char *out, size_t cap);
int frame_get_channel(uint8_t *channel, const unsigned char *body, size_t len);
int frame_put_gap(const struct frame_gap *m, unsigned char *out, size_t cap);
int frame_get_gap(struct frame_gap *m, const unsigned char *body, size_t len);
int frame_put_input_ack(const struct frame_input_ack *m, unsigned char *out, size_t cap);
int frame_get_input_ack(struct frame_input_ack *m, const unsigned char *body, size_t len);
int frame_put_exit(const struct frame_exit *m, unsigned char *out, size_t cap);
int frame_get_exit(struct frame_exit *m, const unsigned char *body, size_t len);
/* SIGNAL, NAME, NOTICE: one string; DETACHED, ERROR: code and string. */
int frame_put_text(uint8_t type, const struct frame_text *m, unsigned char *out, size_t cap);
int frame_get_text(uint8_t type, struct frame_text *m, const unsigned char *body, size_t len);

#endif
