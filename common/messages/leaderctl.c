/* SPDX-License-Identifier: MIT */
#include "leaderctl.h"

#include <errno.h>
#include <string.h>

#include "attach.h"
#include "fields.h"

#define MAGIC 0x68666c31 /* "hfl1": a protocol of another kind, or version, is not mistaken for this one */

struct request { uint32_t op; };
static const struct field request_fields[] = {
	FIELD_CONST(4, MAGIC),
	FIELD_U32_MAX(struct request, op, LEADERCTL_ORIGIN),
	FIELD_ZERO(8),
	FIELDS_END
};
_Static_assert(4 + 4 + 8 == LEADERCTL_REQUEST_BYTES, "a request is full");

void
leaderctl_encode_request(enum leaderctl_op op, unsigned char out[LEADERCTL_REQUEST_BYTES])
{
	const struct request m = { op };

	memset(out, 0, LEADERCTL_REQUEST_BYTES);
	fields_encode(request_fields, &m, out, LEADERCTL_REQUEST_BYTES);
}

int
leaderctl_decode_request(enum leaderctl_op *op, const void *buf, size_t len)
{
	struct request got;

	if (fields_decode(request_fields, &got, sizeof got, buf, len) || got.op < LEADERCTL_WHO)
		return -EBADMSG;
	*op = (enum leaderctl_op)got.op;
	return 0;
}

#define R struct leaderctl_reply
static const struct field reply_fields[] = {
	FIELD_CONST(4, MAGIC),
	FIELD_U32_MAX(R, op, LEADERCTL_KILL),
	FIELD_U32_MAX(R, result, LEADERCTL_DENIED),
	FIELD_U32(R, session),
	FIELD_U32_MAX(R, state, LEADERCTL_PARKED),
	FIELD_U32_MAX(R, keeper_pid, INT32_MAX),
	FIELD_U32(R, shell_session),
	FIELD_U64(R, keeper_start),
	FIELD_U64(R, created_ms),
	FIELD_U32(R, attachments),
	FIELD_U32(R, killed),
	FIELD_PADDED(R, name, 40),
	FIELDS_END
};
#undef R
_Static_assert(9 * 4 + 2 * 8 + 40 == LEADERCTL_REPLY_BYTES, "a reply is full");

void
leaderctl_encode_reply(const struct leaderctl_reply *m, unsigned char out[LEADERCTL_REPLY_BYTES])
{
	memset(out, 0, LEADERCTL_REPLY_BYTES);
	fields_encode(reply_fields, m, out, LEADERCTL_REPLY_BYTES);
}

int
leaderctl_decode_reply(struct leaderctl_reply *m, const void *buf, size_t len)
{
	struct leaderctl_reply got;

	if (fields_decode(reply_fields, &got, sizeof got, buf, len) || got.op < LEADERCTL_WHO ||
	    got.result < LEADERCTL_DONE || got.state < LEADERCTL_STARTING || (got.name[0] && !attach_name_ok(got.name)))
		return -EBADMSG;
	*m = got;
	return 0;
}

#define V struct leaderctl_version
static const struct field version_fields[] = {
	FIELD_CONST(4, MAGIC),
	FIELD_CONST(4, LEADERCTL_VERSION),
	FIELD_PADDED(V, version, 32),
	FIELD_PADDED(V, build, 48),
	FIELDS_END
};
#undef V
_Static_assert(4 + 4 + 32 + 48 == LEADERCTL_VERSION_BYTES, "an answer to VERSION is full");

void
leaderctl_encode_version(const struct leaderctl_version *m, unsigned char out[LEADERCTL_VERSION_BYTES])
{
	memset(out, 0, LEADERCTL_VERSION_BYTES);
	fields_encode(version_fields, m, out, LEADERCTL_VERSION_BYTES);
}

int
leaderctl_decode_version(struct leaderctl_version *m, const void *buf, size_t len)
{
	return fields_decode(version_fields, m, sizeof *m, buf, len);
}

#define O struct leaderctl_one
static const struct field one_fields[] = {
	FIELD_U32(O, serial),
	FIELD_U32(O, kind),
	FIELD_U64(O, since_ms),
	FIELD_TEXT(O, address),
	FIELD_TEXT(O, who),
	FIELDS_END
};
#undef O

int
leaderctl_encode_attached(const struct leaderctl_one *v, uint32_t count, unsigned char *out, size_t cap)
{
	unsigned char one[LEADERCTL_ONE_MAX];
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u32(&w, MAGIC);
	wire_put_u32(&w, LEADERCTL_ATTACHED);
	wire_put_u32(&w, count);
	for (uint32_t i = 0; i < count; i++) {
		int len = fields_encode(one_fields, &v[i], one, sizeof one);

		if (len < 0)
			return len;
		wire_put_string(&w, one, (size_t)len);
	}
	return w.err ? w.err : (int)w.len;
}

int
leaderctl_decode_attached(struct leaderctl_attached *m, const void *buf, size_t len)
{
	struct wire_reader r, one;
	struct wire_bytes bytes;
	uint32_t magic, op;
	int rc = 0;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, buf, len);
	wire_get_u32(&r, &magic);
	wire_get_u32(&r, &op);
	wire_get_u32(&r, &m->count);
	if (r.err || magic != MAGIC || op != LEADERCTL_ATTACHED || m->count > LEADERCTL_ATTACHED_MAX) {
		m->count = 0;
		return -EBADMSG;
	}
	for (uint32_t i = 0; !rc && i < m->count; i++) {
		wire_get_string(&r, &bytes, LEADERCTL_ONE_MAX);
		if (r.err)
			return -EBADMSG;
		wire_reader_init(&one, bytes.data, bytes.len);
		rc = fields_get(&one, one_fields, &m->v[i]);
	}
	return rc;
}
