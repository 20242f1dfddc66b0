/* SPDX-License-Identifier: MIT */
#include "frame_tty.h"

#include <errno.h>

#include "frame_codec_private.h"

struct watch { uint8_t what; };
static const struct field watch_fields[] = { FIELD_U8_MAX(struct watch, what, FRAME_WATCH_MODES), FIELDS_END };

int
frame_put_watch(enum frame_watch what, unsigned char *out, size_t cap)
{
	const struct watch m = { (uint8_t)what };

	return frame_encode(FRAME_WATCH, watch_fields, &m, 0, out, cap);
}

int
frame_get_watch(enum frame_watch *what, const unsigned char *body, size_t len)
{
	struct watch m;
	int rc = frame_decode(watch_fields, &m, sizeof m, body, len);

	*what = m.what;
	return rc;
}

static const struct field tty_fields[] = {
	FIELD_U64(struct frame_tty, output),
	FIELD_U32(struct frame_tty, modes),
	FIELD_CONST(4, FRAME_TTY_CC), /* a string of a fixed length */
	FIELD_RAW(struct frame_tty, cc, FRAME_TTY_CC),
	FIELD_U32(struct frame_tty, front),
	FIELD_LINE(struct frame_tty, program),
	FIELDS_END
};

int
frame_put_tty(const struct frame_tty *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_TTY, tty_fields, m, 0, out, cap);
}

int
frame_get_tty(struct frame_tty *m, const unsigned char *body, size_t len)
{
	return frame_decode(tty_fields, m, sizeof *m, body, len);
}

struct taken { uint64_t input, output; uint8_t certain; };
static const struct field taken_fields[] = {
	FIELD_U64(struct taken, input),
	FIELD_U64(struct taken, output),
	FIELD_U8_MAX(struct taken, certain, 1),
	FIELDS_END
};

int
frame_put_taken(const struct frame_taken *m, unsigned char *out, size_t cap)
{
	const struct taken t = { m->input, m->output, m->certain };

	return frame_encode(FRAME_TAKEN, taken_fields, &t, 0, out, cap);
}

int
frame_get_taken(struct frame_taken *m, const unsigned char *body, size_t len)
{
	struct taken t;
	int rc = frame_decode(taken_fields, &t, sizeof t, body, len);

	*m = (struct frame_taken){ t.input, t.output, t.certain == 1 };
	return rc;
}
