/* SPDX-License-Identifier: MIT */
#include "attach_times.h"

#include <errno.h>
#include <string.h>

#include "fields.h"

#define T struct attach_times
static const struct field head_fields[] = {
	FIELD_U64(T, oldest),
	FIELD_U64(T, head),
	FIELD_U32_MAX(T, count, ATTACH_TIMES_MAX),
	FIELDS_END
};
#undef T
#define T struct attach_time
static const struct field entry_fields[] = {
	FIELD_U64(T, offset),
	FIELD_U64(T, ms),
	FIELD_U32_MAX(T, rows, UINT16_MAX),
	FIELD_U32_MAX(T, cols, UINT16_MAX),
	FIELDS_END
};
#undef T

int
attach_encode_times(const struct attach_times *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	if (m->count > ATTACH_TIMES_MAX)
		return -EMSGSIZE;
	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_MSG_TIMES_ARE);
	fields_put(&w, head_fields, m);
	for (uint32_t i = 0; i < m->count; i++)
		fields_put(&w, entry_fields, &m->v[i]);
	return wire_writer_error(&w) ? -EMSGSIZE : (int)w.len;
}

int
attach_decode_times(struct attach_times *m, const void *buf, size_t len)
{
	struct wire_reader r;
	uint8_t type;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &type);
	if (type != ATTACH_MSG_TIMES_ARE || fields_get(&r, head_fields, m))
		return -EBADMSG;
	for (uint32_t i = 0; i < m->count; i++)
		if (fields_get(&r, entry_fields, &m->v[i]) || (i && m->v[i].offset < m->v[i - 1].offset))
			return -EBADMSG;
	return wire_reader_end(&r);
}
