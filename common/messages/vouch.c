/* SPDX-License-Identifier: MIT */
#include "vouch.h"

#include <errno.h>
#include <string.h>

#include "fields.h"
#include "notheld.h"
#include "poolmsg.h"

#define MAGIC 0x686f6c6466617374 /* "holdfast" */
#define PADDING 16 /* room for later versions, which an older reader must not pass over in silence */

#define Q struct vouch_request
static const struct field request_fields[] = {
	FIELD_CONST(8, MAGIC),
	FIELD_CONST(4, VOUCH_VERSION),
	FIELD_U32_MAX(Q, op, VOUCH_OP_LAST),
	FIELD_RAW(Q, ticket, TICKET_BYTES),
	FIELD_U16(Q, rows),
	FIELD_U16(Q, cols),
	FIELD_U16(Q, xpixel),
	FIELD_U16(Q, ypixel),
	FIELD_U8_MAX(Q, kind, VOUCH_KIND_PIPES),
	FIELD_U8_MAX(Q, from, VOUCH_FROM_SESSION),
	FIELD_U16(Q, cause),
	FIELD_U32(Q, number),
	FIELD_ZERO(PADDING),
	FIELDS_END
};
#undef Q
_Static_assert(8 + 2 * 4 + TICKET_BYTES + 4 * 2 + 2 + 2 + 4 + PADDING == VOUCH_REQUEST_BYTES, "a request is full");

const char *
vouch_from_word(uint32_t from)
{
	static const char *const words[] = {
		[VOUCH_FROM_COMMAND] = "command", [VOUCH_FROM_HOOK] = "hook", [VOUCH_FROM_SESSION] = "session",
	};

	return words[from < sizeof words / sizeof *words ? from : VOUCH_FROM_COMMAND];
}

void
vouch_encode_request(const struct vouch_request *q, unsigned char out[VOUCH_REQUEST_BYTES])
{
	memset(out, 0, VOUCH_REQUEST_BYTES);
	fields_encode(request_fields, q, out, VOUCH_REQUEST_BYTES);
}

int
vouch_decode_request(struct vouch_request *q, const void *buf, size_t len)
{
	struct vouch_request got;

	if (fields_decode(request_fields, &got, sizeof got, buf, len) || got.op < VOUCH_OP_VOUCH)
		return -EBADMSG;
	if (got.op != VOUCH_OP_START && got.kind != VOUCH_KIND_TERMINAL)
		return -EBADMSG;
	if (got.op != VOUCH_OP_START && got.op != VOUCH_OP_VOUCH && got.from == VOUCH_FROM_SESSION)
		return -EBADMSG;
	if (got.op == VOUCH_OP_SAY ? !notheld_may_be_said(got.cause) : got.cause != 0)
		return -EBADMSG;
	if (got.op == VOUCH_OP_POOL ? got.number != POOL_WHAT_USER && got.number != POOL_WHAT_MEMBERS
	                            : got.op != VOUCH_OP_SAY && got.number)
		return -EBADMSG;
	*q = got;
	return 0;
}

/* Where FACTS end: without a pool, in one whose nodes are all trusted, with PoolTrust. */
enum facts_end { FACTS_PLAIN = 2, FACTS_POOL = 3, FACTS_TRUST = 4 };

#define A struct vouch_reply
static const struct field facts_fields[] = {
	FIELD_RAW(A, identity, IDENTITY_BYTES),
	FIELD_U32(A, login_timeout_ms),
	FIELD_TEXT(A, user),
	FIELD_TEXT(A, address),
	FIELD_TEXT(A, who),
	FIELD_OLDER_END, /* a holdfastd that has not been restarted since an update */
	FIELD_RAW(A, former, IDENTITY_BYTES),
	FIELD_OLDER_END, /* FACTS_PLAIN */
	FIELD_U32_MAX(A, pool, 1),
	FIELD_OLDER_END, /* FACTS_POOL */
	FIELD_TEXT(A, trust),
	FIELD_OLDER_END, /* FACTS_TRUST */
	FIELD_U32(A, pool_timeout_ms),
	FIELDS_END
};
static const struct field refused_fields[] = { FIELD_U32(A, refusal), FIELD_TEXT(A, text), FIELDS_END };
static const struct field ready_fields[] = { FIELD_U32(A, session), FIELDS_END };
static const struct field told_fields[] = { FIELD_TEXT(A, text), FIELDS_END };
static const struct field events_fields[] = { FIELD_U8_MAX(A, which, VOUCH_WHICH_ALL), FIELDS_END };
static const struct field no_fields[] = { FIELDS_END };

static const struct message replies[] = {
	{ sizeof(A), { VOUCH_FACTS }, facts_fields },
	{ sizeof(A), { VOUCH_REFUSED }, refused_fields },
	{ sizeof(A), { VOUCH_READY }, ready_fields },
	{ sizeof(A), { VOUCH_PROGRESS, VOUCH_STARTED, VOUCH_QUEUED, VOUCH_ENDS_ARE }, no_fields },
	{ sizeof(A), { VOUCH_POOL_IS, VOUCH_HELD_IS }, no_fields },
	{ sizeof(A), { VOUCH_TOLD }, told_fields },
	{ sizeof(A), { VOUCH_EVENTS_ARE }, events_fields },
};
#undef A

/* The reply whose type is the first byte at BUF, or NULL. */
static const struct message *
reply_of(const void *buf, size_t len)
{
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
		if (message_is(&replies[i], buf, len))
			return &replies[i];
	return NULL;
}

/* A login's process of a version before takes no more than its version has, so what is not said is left out. */
static enum facts_end
facts_end(const struct vouch_reply *a)
{
	return a->trust[0] ? FACTS_TRUST : a->pool ? FACTS_POOL : FACTS_PLAIN;
}

int
vouch_encode_reply(const struct vouch_reply *a, unsigned char *out, size_t cap)
{
	const struct message *d = reply_of(&a->type, 1);

	if (a->type == VOUCH_FACTS && !a->pool_timeout_ms)
		return message_encode_older(d, a->type, a, facts_end(a), out, cap);
	return d ? message_encode(d, a->type, a, out, cap) : -EMSGSIZE;
}

int
vouch_decode_reply(struct vouch_reply *a, const void *buf, size_t len)
{
	const struct message *d = reply_of(buf, len);
	int rc;

	memset(a, 0, sizeof *a);
	if (!d)
		return -EBADMSG;
	rc = message_decode(d, a, buf, len);
	a->type = *(const uint8_t *)buf;
	return rc;
}
