/* SPDX-License-Identifier: MIT */
#include "frame_line.h"

#include <errno.h>

#include "frame_codec_private.h"

#define L struct frame_line
static const struct field line_fields[] = {
	FIELD_U8_MAX(L, verdict, FRAME_LINE_UNKNOWN),
	FIELD_U32(L, ago_ms),
	FIELDS_END
};
#undef L

int
frame_put_line(const struct frame_line *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_LINE_IS, line_fields, m, 0, out, cap);
}

int
frame_get_line(struct frame_line *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(line_fields, m, sizeof *m, body, len);

	return !rc && m->verdict < FRAME_LINE_ALIVE ? -EBADMSG : rc;
}
