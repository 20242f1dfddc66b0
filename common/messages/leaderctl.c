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
	FIELD_U32_MAX(struct request, op, LEADERCTL_VERSION),
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
