/* SPDX-License-Identifier: MIT */
#include "frame_script.h"

#include <errno.h>
#include <string.h>

#include "frame_codec_private.h"

int
frame_put_script(const struct frame_script *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;
	size_t bytes = 0;

	if (m->count < 1 || m->count > FRAME_SCRIPT_WORDS)
		return -EMSGSIZE;
	frame_begin(&w, FRAME_SCRIPT, out, cap);
	wire_put_u32(&w, m->count);
	for (uint32_t i = 0; i < m->count; i++) {
		bytes += m->word[i].len + 1;
		wire_put_string(&w, m->word[i].data, m->word[i].len);
	}
	return bytes > FRAME_SCRIPT_BYTES ? -EMSGSIZE : frame_end(&w, 0);
}

int
frame_get_script(struct frame_script *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;
	size_t bytes = 0;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u32(&r, &m->count);
	if (m->count < 1 || m->count > FRAME_SCRIPT_WORDS)
		return -EBADMSG;
	for (uint32_t i = 0; i < m->count && !r.err; i++) {
		wire_get_string(&r, &m->word[i], FRAME_SCRIPT_BYTES);
		bytes += m->word[i].len + 1;
		if (bytes > FRAME_SCRIPT_BYTES || (m->word[i].len && memchr(m->word[i].data, 0, m->word[i].len)))
			return -EBADMSG;
	}
	return wire_reader_end(&r);
}

static const struct field input_fields[] = { FIELDS_END };
static const struct field output_fields[] = { FIELD_U8_MAX(struct frame_script_data, channel, 1), FIELDS_END };

/* The fields before the data of a frame of TYPE. */
static const struct field *
data_fields(uint8_t type)
{
	return type == FRAME_SCRIPT_INPUT ? input_fields : type == FRAME_SCRIPT_OUTPUT ? output_fields : NULL;
}

int
frame_put_script_head(uint8_t type, const struct frame_script_data *m, unsigned char *out, size_t cap)
{
	return frame_encode(type, data_fields(type), m, m->len, out, cap);
}

int
frame_get_script_data(uint8_t type, struct frame_script_data *m, const unsigned char *body, size_t len)
{
	const struct field *fields = data_fields(type);
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	if (!fields || fields_get(&r, fields, m))
		return -EBADMSG;
	m->data = r.p;
	m->len = r.left;
	return 0;
}

static const struct field end_fields[] = {
	FIELD_U32_MAX(struct frame_script_end, status, 255),
	FIELD_LINE(struct frame_script_end, text),
	FIELDS_END
};

int
frame_put_script_end(const struct frame_script_end *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_SCRIPT_END, end_fields, m, 0, out, cap);
}

int
frame_get_script_end(struct frame_script_end *m, const unsigned char *body, size_t len)
{
	return frame_decode(end_fields, m, sizeof *m, body, len);
}
