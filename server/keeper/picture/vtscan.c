/* SPDX-License-Identifier: MIT */
#include "vtscan.h"

#define ESC 0x1b
#define CAN 0x18
#define SUB 0x1a
#define BEL 0x07

void
vtscan_init(struct vtscan *s, const unsigned char *p, size_t len)
{
	s->p = p;
	s->end = p + len;
}

/* The scanners below return the end of the sequence that begins at P (an ESC), or NULL when END comes first. */

/* Up to a final byte FIRST to 0x7e; CAN, SUB and a new ESC end it early. */
static const unsigned char *
to_final(const unsigned char *p, const unsigned char *end, unsigned char first)
{
	for (; p < end; p++) {
		if (*p == ESC)
			return p;
		if (*p == CAN || *p == SUB || (*p >= first && *p < 0x7f))
			return p + 1;
	}
	return NULL;
}

static const unsigned char *
to_terminator(const unsigned char *p, const unsigned char *end)
{
	for (; p < end; p++) {
		if (*p == BEL || *p == CAN || *p == SUB)
			return p + 1;
		if (*p == ESC) {
			if (p + 1 == end)
				return NULL;
			return p[1] == '\\' ? p + 2 : p;
		}
	}
	return NULL;
}

static const unsigned char *
escape(struct vtscan *s, struct vtscan_token *t)
{
	const unsigned char *end;

	if (s->end - s->p < 2)
		return NULL;
	t->final = s->p[1];
	switch (s->p[1]) {
	case '[':
		t->kind = VTSCAN_CSI;
		end = to_final(s->p + 2, s->end, 0x40);
		break;
	case ']': case 'P': case '_': case '^': case 'X':
		t->kind = VTSCAN_STRING;
		return to_terminator(s->p + 2, s->end);
	default:
		t->kind = VTSCAN_ESCAPE;
		end = to_final(s->p + 1, s->end, 0x30);
		break;
	}
	if (end)
		t->final = end[-1];
	return end;
}

enum vtscan_kind
vtscan_next(struct vtscan *s, struct vtscan_token *t)
{
	const unsigned char *end;

	t->p = s->p;
	t->final = 0;
	if (s->p == s->end) {
		t->kind = VTSCAN_END;
		end = s->p;
	} else if (*s->p == ESC) {
		end = escape(s, t);
		if (!end) {
			t->kind = VTSCAN_PARTIAL;
			end = s->end;
		}
	} else if (*s->p < 32 || *s->p == 0x7f) {
		t->kind = VTSCAN_CONTROL;
		end = s->p + 1;
	} else {
		t->kind = VTSCAN_TEXT;
		for (end = s->p; end < s->end && *end >= 32 && *end != 0x7f; end++)
			;
	}
	t->len = (size_t)(end - s->p);
	s->p = end;
	return t->kind;
}

/* Whether the LEN bytes at P end in a character of UTF-8 that is not whole. */
static bool
ends_inside_character(const unsigned char *p, size_t len)
{
	size_t behind = 0;
	unsigned char lead;

	while (behind < len && behind < 3 && (p[len - 1 - behind] & 0xc0) == 0x80)
		behind++;
	if (behind == len)
		return false;
	lead = p[len - 1 - behind];
	return (lead >= 0xf0 && behind < 3) || (lead >= 0xe0 && behind < 2) || (lead >= 0xc0 && behind < 1);
}

bool
vtscan_ends_between(struct vtscan *s)
{
	const unsigned char *p = s->p;
	size_t len = (size_t)(s->end - s->p);
	struct vtscan_token t;
	enum vtscan_kind kind, last = VTSCAN_END;

	while ((kind = vtscan_next(s, &t)) != VTSCAN_END)
		last = kind;
	return last != VTSCAN_PARTIAL && !ends_inside_character(p, len);
}
