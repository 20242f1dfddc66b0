/* SPDX-License-Identifier: MIT */
#include "frame_hop.h"

#include <errno.h>
#include <string.h>

#include "frame_codec_private.h"
#include "uniqueid.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool
frame_hop_name_ok(const char *name)
{
	return strspn(name, ALNUM "_") > 0 && name[strspn(name, ALNUM "._-")] == '\0';
}

#define H struct frame_hop
static const struct field hop_fields[] = {
	FIELD_TEXT(H, pool),
	FIELD_TEXT(H, node),
	FIELD_U32(H, hops),
	FIELD_TEXT(H, unique),
	FIELDS_END
};
#undef H

int
frame_put_hop(const struct frame_hop *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_HOP, hop_fields, m, 0, out, cap);
}

int
frame_get_hop(struct frame_hop *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(hop_fields, m, sizeof *m, body, len);

	if (!rc && (!frame_hop_name_ok(m->pool) || !frame_hop_name_ok(m->node) || !uniqueid_ok_or_none(m->unique)))
		rc = -EBADMSG;
	return rc;
}

#define C struct frame_hop_challenge
static const struct field challenge_fields[] = {
	FIELD_RAW(C, nonce, FRAME_HOP_NONCE),
	FIELD_TEXT(C, node),
	FIELD_RAW(C, boot, FRAME_KEY),
	FIELDS_END
};
#undef C

int
frame_put_hop_challenge(const struct frame_hop_challenge *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_HOP_CHALLENGE, challenge_fields, m, 0, out, cap);
}

int
frame_get_hop_challenge(struct frame_hop_challenge *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(challenge_fields, m, sizeof *m, body, len);

	return !rc && m->node[0] && !frame_hop_name_ok(m->node) ? -EBADMSG : rc;
}

/* All of it or nothing. */
static bool
voucher_ok(const struct frame_hop_voucher *m)
{
	if (!m->method[0])
		return !m->claim.len && !m->mac.len;
	return frame_hop_name_ok(m->method) && m->claim.len && m->mac.len;
}

int
frame_put_hop_voucher(const struct frame_hop_voucher *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	if (!voucher_ok(m) || m->claim.len > FRAME_HOP_CLAIM_MAX || m->mac.len > FRAME_HOP_MAC_MAX)
		return -EMSGSIZE;
	frame_begin(&w, FRAME_HOP_VOUCHER, out, cap);
	wire_put_cstring(&w, m->method);
	wire_put_string(&w, m->claim.data, m->claim.len);
	wire_put_string(&w, m->mac.data, m->mac.len);
	return frame_end(&w, 0);
}

int
frame_get_hop_voucher(struct frame_hop_voucher *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_cstring(&r, m->method, sizeof m->method);
	wire_get_string(&r, &m->claim, FRAME_HOP_CLAIM_MAX);
	wire_get_string(&r, &m->mac, FRAME_HOP_MAC_MAX);
	return wire_reader_end(&r) || !voucher_ok(m) ? -EBADMSG : 0;
}

#define A struct frame_hop_answer
static const struct field answer_fields[] = { FIELD_BOOL(A, ok), FIELD_LINE(A, text), FIELDS_END };
#undef A

int
frame_put_hop_answer(const struct frame_hop_answer *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_HOP_ANSWER, answer_fields, m, 0, out, cap);
}

int
frame_get_hop_answer(struct frame_hop_answer *m, const unsigned char *body, size_t len)
{
	return frame_decode(answer_fields, m, sizeof *m, body, len);
}
