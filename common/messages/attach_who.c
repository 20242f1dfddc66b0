/* SPDX-License-Identifier: MIT */
#include "attach_who.h"

#include <errno.h>
#include <string.h>

#include "attach.h"
#include "fields.h"

#define ONE_MAX 512 /* bytes of one, with what later versions add */

#define O struct attach_one
static const struct field one_fields[] = {
	FIELD_U32(O, serial),
	FIELD_U32(O, flags),
	FIELD_U32(O, rows),
	FIELD_U32(O, cols),
	FIELD_U64(O, since_ms),
	FIELD_U64(O, typed_ms),
	FIELD_TEXT(O, address),
	FIELDS_END
};
#undef O

int
attach_encode_who(const struct attach_who *m, unsigned char *out, size_t cap)
{
	unsigned char one[ONE_MAX];
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_MSG_WHO_IS);
	wire_put_u32(&w, m->count);
	for (uint32_t i = 0; i < m->count && i < ATTACH_WHO_MAX; i++) {
		int len = fields_encode(one_fields, &m->v[i], one, sizeof one);

		if (len < 0)
			return len;
		wire_put_string(&w, one, (size_t)len);
	}
	return w.err ? w.err : (int)w.len;
}

int
attach_decode_who(struct attach_who *m, const void *buf, size_t len)
{
	struct wire_reader r, one;
	struct wire_bytes bytes;
	int rc = 0;

	memset(m, 0, sizeof *m);
	if (attach_type_of(buf, len) != ATTACH_MSG_WHO_IS)
		return -EBADMSG;
	wire_reader_init(&r, (const unsigned char *)buf + 1, len - 1);
	wire_get_u32(&r, &m->count);
	if (r.err || m->count > ATTACH_WHO_MAX)
		return -EBADMSG;
	for (uint32_t i = 0; !rc && i < m->count; i++) {
		wire_get_string(&r, &bytes, ONE_MAX);
		if (r.err)
			return -EBADMSG;
		wire_reader_init(&one, bytes.data, bytes.len);
		rc = fields_get(&one, one_fields, &m->v[i]);
	}
	return rc;
}
