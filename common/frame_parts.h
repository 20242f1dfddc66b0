/* SPDX-License-Identifier: MIT */
/* frame_parts: what frame.c and frame_session.c, the frames that tell of sessions, share.  For nobody else. */
#ifndef HOLDFAST_FRAME_PARTS_H
#define HOLDFAST_FRAME_PARTS_H

#include "frame.h"

/* Begins a frame and leaves room for its length, which frame_end fills in; EXTRA bytes of data follow elsewhere. */
void frame_begin(struct wire_writer *w, uint8_t type, unsigned char *out, size_t cap);
int frame_end(struct wire_writer *w, size_t extra);

/* Text for people: takes control characters out of S, those of C1 in UTF-8 (RFC 3629) too. */
void frame_clean(char *s);
/* A string of such text. */
void frame_put_line(struct wire_writer *w, const char *text);
void frame_get_line(struct wire_reader *r, char text[TEXT_CAP]);

void frame_get_bool(struct wire_reader *r, bool *v);
/* Whether the kernel's struct winsize can hold it. */
bool frame_size_ok(uint32_t rows, uint32_t cols, uint32_t xpixel, uint32_t ypixel);

#endif
