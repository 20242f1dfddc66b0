/* SPDX-License-Identifier: MIT */
#include "lastline.h"

#include <string.h>

enum where { GROUND, ESCAPE, CSI, STRING, STRING_ESCAPE };

struct line {
	enum where where;
	char *best;      /* the last line that had something in it */
	char now[256];
	size_t cap, at, end;
};

static void
finish(struct line *l)
{
	size_t end = l->end;

	while (end && l->now[end - 1] == ' ')
		end--;
	if (end) {
		if (end > l->cap - 1)
			end = l->cap - 1;
		memcpy(l->best, l->now, end);
		l->best[end] = '\0';
	}
	l->at = l->end = 0;
}

static void
put(struct line *l, char c)
{
	if (l->at >= sizeof l->now)
		return;
	l->now[l->at++] = c;
	if (l->at > l->end)
		l->end = l->at;
}

static void
ground(struct line *l, unsigned char c)
{
	if (c == 0x1b)
		l->where = ESCAPE;
	else if (c == '\n' || c == '\v' || c == '\f')
		finish(l);
	else if (c == '\r')
		l->at = 0;
	else if (c == '\b')
		l->at -= l->at > 0;
	else if (c == '\t')
		put(l, ' ');
	else if (c >= ' ' && c <= '~')
		put(l, (char)c);
	else if (c >= 0xc0)
		put(l, '?'); /* the first byte of a character; the others add nothing */
}

/* The end of a CSI sequence: one that erases or moves away begins another line. */
static void
csi_end(struct line *l, unsigned char c)
{
	l->where = GROUND;
	if (c == 'H' || c == 'J' || c == 'f' || c == 'd' || c == 'A' || c == 'B')
		finish(l);
	else if (c == 'K')
		l->end = l->at;
}

static void
take(struct line *l, unsigned char c)
{
	switch (l->where) {
	case GROUND:
		ground(l, c);
		break;
	case ESCAPE:
		if (c == '[')
			l->where = CSI;
		else if (c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X')
			l->where = STRING;
		else if (c < 0x20 || c > 0x2f)
			l->where = GROUND;
		break;
	case CSI:
		if (c >= 0x40 && c <= 0x7e)
			csi_end(l, c);
		else if (c == 0x1b)
			l->where = ESCAPE;
		break;
	case STRING:
	case STRING_ESCAPE:
		if (c == 0x07 || (l->where == STRING_ESCAPE && c == '\\'))
			l->where = GROUND;
		else
			l->where = c == 0x1b ? STRING_ESCAPE : STRING;
		break;
	}
}

void
lastline_find(char *out, size_t cap, const unsigned char *p, size_t len, bool whole)
{
	struct line l = { .best = out, .cap = cap };
	size_t i = 0;

	out[0] = '\0';
	/* Output that was cut may begin inside of a sequence. */
	while (!whole && i < len && p[i] != '\n')
		i++;
	if (i == len)
		i = 0;
	for (; i < len; i++)
		take(&l, p[i]);
	finish(&l);
}
