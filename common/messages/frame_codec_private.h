/* SPDX-License-Identifier: MIT */
/* frame_codec: frames from a head and a table of fields (fields.h); for frame.c and frame_session.c. */
#ifndef HOLDFAST_FRAME_CODEC_PRIVATE_H
#define HOLDFAST_FRAME_CODEC_PRIVATE_H

#include "fields.h"

/* Begins a frame and leaves room for the length, which frame_end() fills in; EXTRA bytes of data follow elsewhere. */
void frame_begin(struct wire_writer *w, uint8_t type, unsigned char *out, size_t cap);
/* The number of bytes written, or -EMSGSIZE. */
int frame_end(struct wire_writer *w, size_t extra);
/* A frame of FIELDS and EXTRA bytes of data.  FIELDS may be NULL: -EMSGSIZE. */
int frame_encode(uint8_t type, const struct field *fields, const void *m, size_t extra, unsigned char *out, size_t cap);
/* The body of a frame of FIELDS into M, SIZE bytes: 0 or -EBADMSG, also where FIELDS is NULL. */
int frame_decode(const struct field *fields, void *m, size_t size, const unsigned char *body, size_t len);

#endif
