/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <errno.h>
#include <string.h>

#include "frame_codec_private.h"

const unsigned char frame_magic[8] = { 0x00, 'H', 'L', 'D', 'F', 'S', 'T', 0x01 };

unsigned char *
frame_room(struct frame_reader *r, size_t *room)
{
	if (r->at) {
		memmove(r->buf, r->buf + r->at, r->len - r->at);
		r->len -= r->at;
		r->at = 0;
	}
	*room = sizeof r->buf - r->len;
	return r->buf + r->len;
}

void
frame_filled(struct frame_reader *r, size_t n)
{
	r->len += n;
}

bool
frame_pending(const struct frame_reader *r)
{
	return r->at < r->len;
}

int
frame_next(struct frame_reader *r, struct frame *f)
{
	const unsigned char *p = r->buf + r->at;
	size_t left = r->len - r->at;
	uint32_t length;

	if (left < 4)
		return 0;
	length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (length < 1 || length > FRAME_MAX)
		return -EBADMSG;
	if (left < 4 + (size_t)length)
		return 0;
	*f = (struct frame){ .type = p[4], .body = p + FRAME_HEAD, .len = length - 1 };
	r->at += 4 + (size_t)length;
	return 1;
}

/*
 * Keeps the last line with something on it.  The last byte of LINE is ours: whether a line has ended, so that the
 * next one begins anew.
 */
static void
note_garbage(char *line, size_t cap, const unsigned char *p, size_t n)
{
	size_t len = strnlen(line, cap - 2);

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' || p[i] == '\r') {
			line[cap - 1] = 1;
			continue;
		}
		if (p[i] < 32 || p[i] > 126)
			continue;
		if (line[cap - 1])
			len = 0;
		line[cap - 1] = 0;
		if (len < cap - 2)
			line[len++] = (char)p[i];
		line[len] = '\0';
	}
}

/* How many bytes at the end of P may be the begin of PREAMBLE. */
static size_t
begun(const unsigned char *p, size_t n, const unsigned char *preamble)
{
	size_t keep = n < FRAME_PREAMBLE ? n : FRAME_PREAMBLE - 1;

	while (keep && memcmp(p + n - keep, preamble, keep) != 0)
		keep--;
	return keep;
}

int
frame_find_preamble(struct frame_reader *r, const unsigned char preamble[FRAME_PREAMBLE], size_t *seen, char *line,
                    size_t cap)
{
	const unsigned char *p = r->buf + r->at;
	size_t n = r->len - r->at;
	const unsigned char *hit = memmem(p, n, preamble, FRAME_PREAMBLE);
	size_t gone = hit ? (size_t)(hit - p) : n - begun(p, n, preamble);

	note_garbage(line, cap, p, gone);
	*seen += gone;
	r->at += gone + (hit ? FRAME_PREAMBLE : 0);
	if (*seen > FRAME_GARBAGE_MAX)
		return -EBADMSG;
	return hit ? 1 : 0;
}

/* The frames' fields. */

int
frame_put_plain(uint8_t type, unsigned char *out, size_t cap)
{
	static const struct field none[] = { FIELDS_END };

	return frame_encode(type, none, NULL, 0, out, cap);
}

static const struct field offset_fields[] = { FIELD_U64(struct frame_data, offset), FIELDS_END };
static const struct field output_fields[] = {
	FIELD_U8_MAX(struct frame_data, channel, 1),
	FIELD_U64(struct frame_data, offset),
	FIELDS_END
};
static const struct field rendering_fields[] = {
	FIELD_U8(struct frame_data, channel),
	FIELD_U64(struct frame_data, offset),
	FIELDS_END
};

/* The fields before the data of a frame of TYPE. */
static const struct field *
data_fields(uint8_t type)
{
	switch (type) {
	case FRAME_INPUT:
		return offset_fields;
	case FRAME_OUTPUT:
		return output_fields;
	case FRAME_RENDERING:
		return rendering_fields;
	default:
		return NULL;
	}
}

int
frame_put_data_head(uint8_t type, const struct frame_data *m, unsigned char *out, size_t cap)
{
	return frame_encode(type, data_fields(type), m, m->len, out, cap);
}

int
frame_get_data(uint8_t type, struct frame_data *m, const unsigned char *body, size_t len)
{
	const struct field *fields = data_fields(type);
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	/* The last byte's offset, and one more, must be numbers. */
	if (!fields || fields_get(&r, fields, m) || m->offset > UINT64_MAX - r.left)
		return -EBADMSG;
	m->data = r.p;
	m->len = r.left;
	return 0;
}

struct number { uint64_t v; };
static const struct field number_fields[] = { FIELD_U64(struct number, v), FIELDS_END };

int
frame_put_u64(uint8_t type, uint64_t v, unsigned char *out, size_t cap)
{
	return frame_encode(type, number_fields, &v, 0, out, cap);
}

int
frame_get_u64(uint64_t *v, const unsigned char *body, size_t len)
{
	return frame_decode(number_fields, v, sizeof *v, body, len);
}

int
frame_put_ack(uint8_t channel, uint64_t offset, unsigned char *out, size_t cap)
{
	const struct frame_data m = { .channel = channel, .offset = offset };

	return frame_encode(FRAME_ACK, output_fields, &m, 0, out, cap);
}

int
frame_get_ack(uint8_t *channel, uint64_t *offset, const unsigned char *body, size_t len)
{
	struct frame_data m;
	int rc = frame_decode(output_fields, &m, sizeof m, body, len);

	*channel = m.channel;
	*offset = m.offset;
	return rc;
}

static const struct field size_fields[] = {
	FIELD_U32_MAX(struct frame_size, rows, UINT16_MAX),
	FIELD_U32_MAX(struct frame_size, cols, UINT16_MAX),
	FIELD_U32_MAX(struct frame_size, xpixel, UINT16_MAX),
	FIELD_U32_MAX(struct frame_size, ypixel, UINT16_MAX),
	FIELDS_END
};
static const struct field size_is_fields[] = {
	FIELD_U32_MAX(struct frame_size, rows, UINT16_MAX),
	FIELD_U32_MAX(struct frame_size, cols, UINT16_MAX),
	FIELDS_END
};

static const struct field *
fields_of_size(uint8_t type)
{
	return type == FRAME_SIZE ? size_fields : type == FRAME_SIZE_IS ? size_is_fields : NULL;
}

int
frame_put_size(uint8_t type, const struct frame_size *m, unsigned char *out, size_t cap)
{
	return frame_encode(type, fields_of_size(type), m, 0, out, cap);
}

int
frame_get_size(uint8_t type, struct frame_size *m, const unsigned char *body, size_t len)
{
	return frame_decode(fields_of_size(type), m, sizeof *m, body, len);
}

struct redraw { uint8_t what; };
static const struct field redraw_fields[] = { FIELD_U8_MAX(struct redraw, what, FRAME_REDRAW_ALL), FIELDS_END };

int
frame_put_redraw(uint8_t what, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_REDRAW, redraw_fields, &what, 0, out, cap);
}

int
frame_get_redraw(uint8_t *what, const unsigned char *body, size_t len)
{
	int rc = frame_decode(redraw_fields, what, sizeof *what, body, len);

	return *what < FRAME_REDRAW_SCREEN ? -EBADMSG : rc;
}

struct channel { uint8_t number; };
static const struct field channel_fields[] = { FIELD_U8_MAX(struct channel, number, 1), FIELDS_END };

int
frame_put_channel(uint8_t channel, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_OUTPUT_CLOSED, channel_fields, &channel, 0, out, cap);
}

int
frame_get_channel(uint8_t *channel, const unsigned char *body, size_t len)
{
	return frame_decode(channel_fields, channel, sizeof *channel, body, len);
}

static const struct field gap_fields[] = {
	FIELD_U8_MAX(struct frame_gap, channel, 1),
	FIELD_U64(struct frame_gap, from),
	FIELD_U64(struct frame_gap, to),
	FIELDS_END
};

int
frame_put_gap(const struct frame_gap *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_GAP, gap_fields, m, 0, out, cap);
}

int
frame_get_gap(struct frame_gap *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(gap_fields, m, sizeof *m, body, len);

	return m->from > m->to ? -EBADMSG : rc;
}

static const struct field input_ack_fields[] = {
	FIELD_U64(struct frame_input_ack, offset),
	FIELD_U32_MAX(struct frame_input_ack, window, FRAME_INPUT_WINDOW_MAX),
	FIELDS_END
};

int
frame_put_input_ack(const struct frame_input_ack *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_INPUT_ACK, input_ack_fields, m, 0, out, cap);
}

int
frame_get_input_ack(struct frame_input_ack *m, const unsigned char *body, size_t len)
{
	return frame_decode(input_ack_fields, m, sizeof *m, body, len);
}

static const struct field exit_fields[] = {
	FIELD_BOOL(struct frame_exit, signaled),
	FIELD_U32(struct frame_exit, value),
	FIELD_LINE(struct frame_exit, signal),
	FIELDS_END
};

int
frame_put_exit(const struct frame_exit *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_EXIT, exit_fields, m, 0, out, cap);
}

int
frame_get_exit(struct frame_exit *m, const unsigned char *body, size_t len)
{
	return frame_decode(exit_fields, m, sizeof *m, body, len);
}

static const struct field text_fields[] = { FIELD_LINE(struct frame_text, text), FIELDS_END };
static const struct field code_fields[] = {
	FIELD_U32(struct frame_text, code),
	FIELD_LINE(struct frame_text, text),
	FIELDS_END
};

static const struct field *
fields_of_text(uint8_t type)
{
	switch (type) {
	case FRAME_SIGNAL:
	case FRAME_NAME:
	case FRAME_NOTICE:
		return text_fields;
	case FRAME_DETACHED:
	case FRAME_ERROR:
		return code_fields;
	default:
		return NULL;
	}
}

int
frame_put_text(uint8_t type, const struct frame_text *m, unsigned char *out, size_t cap)
{
	return frame_encode(type, fields_of_text(type), m, 0, out, cap);
}

int
frame_get_text(uint8_t type, struct frame_text *m, const unsigned char *body, size_t len)
{
	return frame_decode(fields_of_text(type), m, sizeof *m, body, len);
}
