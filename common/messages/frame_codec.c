/* SPDX-License-Identifier: MIT */
#include "frame_codec_private.h"

#include <errno.h>

#include "frame_types.h"

void
frame_begin(struct wire_writer *w, uint8_t type, unsigned char *out, size_t cap)
{
	wire_writer_init(w, out, cap);
	wire_put_u32(w, 0);
	wire_put_u8(w, type);
}

int
frame_end(struct wire_writer *w, size_t extra)
{
	size_t length = w->len - 4 + extra;

	if (w->err)
		return w->err;
	if (extra > FRAME_MAX || length > FRAME_MAX)
		return -EMSGSIZE;
	for (unsigned i = 0; i < 4; i++)
		w->buf[i] = (unsigned char)(length >> (8 * (3 - i)));
	return (int)w->len;
}

int
frame_encode(uint8_t type, const struct field *fields, const void *m, size_t extra, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	if (!fields)
		return -EMSGSIZE;
	frame_begin(&w, type, out, cap);
	fields_put(&w, fields, m);
	return frame_end(&w, extra);
}

int
frame_decode(const struct field *fields, void *m, size_t size, const unsigned char *body, size_t len)
{
	return fields ? fields_decode(fields, m, size, body, len) : -EBADMSG;
}
