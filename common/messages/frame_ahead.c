/* SPDX-License-Identifier: MIT */
#include "frame_ahead.h"

#include <errno.h>
#include <string.h>

#include "frame_codec_private.h"
#include "wire.h"

static const struct field head_fields[] = {
	FIELD_RAW(struct frame_input_ahead, mask, FRAME_NONCE),
	FIELD_U8_MAX(struct frame_input_ahead, last, 1),
	FIELD_U64(struct frame_input_ahead, offset),
	FIELDS_END
};

int
frame_put_input_ahead_head(const struct frame_input_ahead *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_INPUT_AHEAD, head_fields, m, m->len, out, cap);
}

int
frame_get_input_ahead(struct frame_input_ahead *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	if (fields_get(&r, head_fields, m) || m->offset > UINT64_MAX - r.left)
		return -EBADMSG;
	m->data = r.p;
	m->len = r.left;
	return 0;
}
