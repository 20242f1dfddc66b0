/* SPDX-License-Identifier: MIT */
#include "vouch.h"

#include <errno.h>
#include <string.h>

#include "wire.h"

static const char magic[8] = "holdfast";

void
vouch_encode_request(const struct vouch_request *q, unsigned char out[VOUCH_REQUEST_BYTES])
{
	struct wire_writer w;

	memset(out, 0, VOUCH_REQUEST_BYTES);
	wire_writer_init(&w, out, VOUCH_REQUEST_BYTES);
	wire_put_raw(&w, magic, sizeof magic);
	wire_put_u32(&w, VOUCH_VERSION);
	wire_put_u32(&w, q->op);
	wire_put_raw(&w, q->ticket.bytes, TICKET_BYTES);
	wire_put_u16(&w, q->rows);
	wire_put_u16(&w, q->cols);
	wire_put_u16(&w, q->xpixel);
	wire_put_u16(&w, q->ypixel);
	wire_put_u8(&w, q->kind);
	wire_put_u8(&w, q->from);
}

/* Whether what is left is zero: room for later versions, which an older reader must not pass over in silence. */
static int
padding_is_zero(struct wire_reader *r)
{
	while (r->left) {
		uint8_t v;

		wire_get_u8(r, &v);
		if (v)
			return 0;
	}
	return 1;
}

int
vouch_decode_request(struct vouch_request *q, const void *buf, size_t len)
{
	struct vouch_request got;
	struct wire_reader r;
	char m[sizeof magic];
	uint32_t version;

	if (len != VOUCH_REQUEST_BYTES)
		return -EBADMSG;
	wire_reader_init(&r, buf, len);
	wire_get_raw(&r, m, sizeof m);
	wire_get_u32(&r, &version);
	wire_get_u32(&r, &got.op);
	wire_get_raw(&r, got.ticket.bytes, TICKET_BYTES);
	wire_get_u16(&r, &got.rows);
	wire_get_u16(&r, &got.cols);
	wire_get_u16(&r, &got.xpixel);
	wire_get_u16(&r, &got.ypixel);
	wire_get_u8(&r, &got.kind);
	wire_get_u8(&r, &got.from);
	if (r.err || memcmp(m, magic, sizeof m) != 0 || version != VOUCH_VERSION || !padding_is_zero(&r))
		return -EBADMSG;
	if (got.op != VOUCH_OP_VOUCH && got.op != VOUCH_OP_START)
		return -EBADMSG;
	if (got.kind > (got.op == VOUCH_OP_START ? VOUCH_KIND_PIPES : VOUCH_KIND_TERMINAL))
		return -EBADMSG;
	if (got.from > VOUCH_FROM_HOOK)
		return -EBADMSG;
	*q = got;
	return 0;
}

int
vouch_encode_reply(const struct vouch_reply *a, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, a->type);
	switch (a->type) {
	case VOUCH_FACTS:
		wire_put_raw(&w, a->identity.bytes, IDENTITY_BYTES);
		wire_put_u32(&w, a->login_timeout_ms);
		wire_put_cstring(&w, a->user);
		wire_put_cstring(&w, a->address);
		wire_put_cstring(&w, a->who);
		wire_put_raw(&w, a->former.bytes, IDENTITY_BYTES);
		break;
	case VOUCH_REFUSED:
		wire_put_u32(&w, a->refusal);
		wire_put_cstring(&w, a->text);
		break;
	case VOUCH_READY:
		wire_put_u32(&w, a->session);
		break;
	}
	return w.err ? w.err : (int)w.len;
}

int
vouch_decode_reply(struct vouch_reply *a, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(a, 0, sizeof *a);
	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &a->type);
	switch (a->type) {
	case VOUCH_FACTS:
		wire_get_raw(&r, a->identity.bytes, IDENTITY_BYTES);
		wire_get_u32(&r, &a->login_timeout_ms);
		wire_get_cstring(&r, a->user, sizeof a->user);
		wire_get_cstring(&r, a->address, sizeof a->address);
		wire_get_cstring(&r, a->who, sizeof a->who);
		/* Not from a holdfastd that has not been restarted since an update. */
		if (r.left)
			wire_get_raw(&r, a->former.bytes, IDENTITY_BYTES);
		break;
	case VOUCH_REFUSED:
		wire_get_u32(&r, &a->refusal);
		wire_get_cstring(&r, a->text, sizeof a->text);
		break;
	case VOUCH_READY:
		wire_get_u32(&r, &a->session);
		break;
	case VOUCH_PROGRESS:
	case VOUCH_STARTED:
	case VOUCH_QUEUED:
		break;
	default:
		return -EBADMSG;
	}
	return wire_reader_end(&r);
}
