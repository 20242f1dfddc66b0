/* SPDX-License-Identifier: MIT */
/* Reads lines of the scrollback (history.h). */
#include "history.h"

#include <string.h>

#include "graphemes.h"
#include "history_private.h"
#include "utf8.h"
#include "width.h"

static const unsigned char *
get_colour(const unsigned char *p, uint32_t *colour)
{
	*colour = (uint32_t)p[0] << 24 | p[1];
	if (*colour >> 24 != COLOUR_RGB >> 24)
		return p + 2;
	*colour = COLOUR_RGB | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return p + 4;
}

static const unsigned char *
get_style(const unsigned char *p, struct style *s)
{
	unsigned has = *p++;

	*s = (struct style){ .fg = 0 };
	if (has & 1)
		p = get_colour(p, &s->fg);
	if (has & 2)
		p = get_colour(p, &s->bg);
	if (has & 4)
		p = get_colour(p, &s->ul);
	if (has & 8) {
		s->attr = (uint32_t)p[0] << 8 | p[1];
		p += 2;
	}
	return p;
}

void
history_begin(struct history_at *at, const unsigned char *line, size_t len)
{
	*at = (struct history_at){ .p = line, .end = line + len };
}

/* Reads what stands before a character, up to a shell's mark. */
static void
get_marks(struct history_at *at)
{
	for (; at->p < at->end && *at->p <= HISTORY_COLUMN && !at->marked; at->changed = true) {
		switch (*at->p) {
		case HISTORY_STYLE:
			at->p = get_style(at->p + 1, &at->style);
			break;
		case HISTORY_LINK:
			at->link_len = (size_t)at->p[1] << 8 | at->p[2];
			at->link = (const char *)at->p + 3;
			at->p += 3 + at->link_len;
			break;
		case HISTORY_MARK:
			at->marked = true;
			at->mark = mark_decode(at->p + 1);
			at->p += HISTORY_MARK_BYTES;
			break;
		default:
			at->column = 1 + ((unsigned)at->p[1] << 8 | at->p[2]);
			at->shifted = false;
			at->p += 3;
		}
	}
}

static uint32_t
get_code(struct history_at *at)
{
	unsigned len;
	uint32_t code = utf8_get(at->p, &len);

	at->p += len;
	return code;
}

/* A cluster that came about while ?2027 was set. */
static void
get_group(struct history_at *at)
{
	unsigned n = at->p[1] & ~HISTORY_GROUP_WIDE;

	at->width = at->p[1] & HISTORY_GROUP_WIDE ? 2 : 1;
	at->grouped = true;
	at->p += 2;
	for (unsigned i = 0; i < n; i++)
		at->what.code[at->what.n++] = get_code(at);
}

bool
history_next(struct history_at *at)
{
	at->changed = at->grouped = at->marked = false;
	at->column = 0;
	at->shifted = at->shifts;
	get_marks(at);
	if (at->marked)
		return true;
	if (at->p == at->end)
		return false;
	at->what.n = 0;
	if (*at->p == HISTORY_GROUP) {
		get_group(at);
	} else {
		at->what.code[at->what.n++] = get_code(at);
		at->width = width_of(at->what.code[0]);
		while (at->p < at->end && *at->p >= 0x80 && at->what.n < CLUSTER_CODES) {
			const unsigned char *p = at->p;
			uint32_t code = get_code(at);

			if (width_of(code)) {
				at->p = p;
				break;
			}
			at->what.code[at->what.n++] = code;
		}
	}
	at->shifts = at->shifted || graphemes_doubtful(at->what.code, at->what.n);
	return true;
}

/* How many bytes from P on belong together: a mark, or a byte of text. */
static size_t
piece(const unsigned char *p)
{
	struct style style;

	switch (*p) {
	case HISTORY_STYLE:
		return (size_t)(get_style(p + 1, &style) - p);
	case HISTORY_LINK:
		return 3 + ((size_t)p[1] << 8 | p[2]);
	case HISTORY_MARK:
		return HISTORY_MARK_BYTES;
	case HISTORY_COLUMN:
		return 3;
	case HISTORY_GROUP:
		return 2;
	}
	return 1;
}

size_t
history_unplace(unsigned char *line, size_t len)
{
	size_t to = 0, n;

	if (!memchr(line, HISTORY_COLUMN, len))
		return len;
	for (size_t i = 0; i < len; i += n) {
		n = piece(line + i);
		if (line[i] == HISTORY_COLUMN)
			continue;
		memmove(line + to, line + i, n);
		to += n;
	}
	return to;
}
