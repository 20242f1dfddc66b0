/* SPDX-License-Identifier: MIT */
#include "hop_claim.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fields.h"

#define HEADER "holdfast hop claim 1"

#define C struct hop_claim
static const struct field fields[] = {
	FIELD_TEXT(C, pool),
	FIELD_TEXT(C, from),
	FIELD_TEXT(C, to),
	FIELD_RAW(C, boot, FRAME_KEY),
	FIELD_RAW(C, nonce, FRAME_HOP_NONCE),
	FIELD_TEXT(C, user),
	FIELD_U32(C, uid),
	FIELD_RAW(C, identity, IDENTITY_BYTES),
	FIELD_TEXT(C, address),
	FIELD_TEXT(C, who),
	FIELD_TEXT(C, unique),
	FIELDS_END
};
#undef C
_Static_assert(12 * 4 + sizeof HEADER + sizeof(struct hop_claim) < FRAME_HOP_CLAIM_MAX, "the longest claim has room");

static bool
is_printable(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return *s == '\0';
}

static bool
is_sound(const struct hop_claim *c)
{
	const char *const names[] = { c->pool, c->from, c->to };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!frame_hop_name_ok(names[i]))
			return false;
	return c->user[0] && is_printable(c->user) && is_printable(c->address) && is_printable(c->who) &&
	       is_printable(c->unique);
}

int
hop_claim_encode(const struct hop_claim *c, unsigned char out[FRAME_HOP_CLAIM_MAX])
{
	struct wire_writer w;

	if (!is_sound(c))
		return -EINVAL;
	wire_writer_init(&w, out, FRAME_HOP_CLAIM_MAX);
	wire_put_cstring(&w, HEADER);
	fields_put(&w, fields, c);
	return wire_writer_error(&w) ? wire_writer_error(&w) : (int)w.len;
}

int
hop_claim_decode(struct hop_claim *c, const void *buf, size_t len)
{
	struct wire_bytes header;
	struct wire_reader r;
	struct hop_claim got;

	memset(&got, 0, sizeof got);
	wire_reader_init(&r, buf, len);
	wire_get_string(&r, &header, sizeof HEADER - 1);
	if (header.len != sizeof HEADER - 1 || memcmp(header.data, HEADER, header.len) != 0)
		return -EPROTONOSUPPORT;
	if (fields_get(&r, fields, &got) || wire_reader_end(&r) || !is_sound(&got))
		return -EBADMSG;
	*c = got;
	return 0;
}
