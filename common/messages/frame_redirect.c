/* SPDX-License-Identifier: MIT */
#include "frame_redirect.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "frame_codec_private.h"
#include "uniqueid.h"

#define R struct frame_redirect
static const struct field fields[] = {
	FIELD_TEXT(R, address),
	FIELD_TEXT(R, node),
	FIELD_RAW(R, boot, FRAME_KEY),
	FIELD_TEXT(R, unique),
	FIELD_U32(R, id),
	FIELD_LINE(R, name),
	FIELD_LATER(512),
	FIELDS_END
};
#undef R

/* Letters, digits, and what else names and numeric addresses have. */
static bool
is_host(const char *s)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";

	return s[0] && s[0] != '-' && strspn(s, ok) == strlen(s);
}

int
frame_put_redirect(const struct frame_redirect *m, unsigned char *out, size_t cap)
{
	return frame_encode(FRAME_REDIRECT, fields, m, 0, out, cap);
}

int
frame_get_redirect(struct frame_redirect *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(fields, m, sizeof *m, body, len);

	if (!rc && (!m->id || !is_host(m->address) || !is_host(m->node) || !uniqueid_ok_or_none(m->unique)))
		return -EBADMSG;
	return rc;
}
