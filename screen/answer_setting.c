/* SPDX-License-Identifier: MIT */
/* Answers about the state of the model: DECRQSS (one setting), DECRQPSR (the cursor, the tab stops). */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "answer_queue.h"
#include "model.h"
#include "sgr.h"

#define TABS_MAX 240 /* bytes of a list of tab stops; there is no answer with a longer one */

/* With colons between its parts, as programs expect it that look for colours of 24 bits in this answer. */
static char *
put_colour(char *p, uint32_t colour, unsigned base)
{
	unsigned v = colour & 0xffffff;

	switch (colour & COLOUR_KIND) {
	case COLOUR_16:
		return p + sprintf(p, ";%u", v < 8 ? base + v : base + 60 + v - 8);
	case COLOUR_256:
		return p + sprintf(p, ";%u:5:%u", base + 8, v);
	case COLOUR_RGB:
		return p + sprintf(p, ";%u:2::%u:%u:%u", base + 8, v >> 16, v >> 8 & 0xff, v & 0xff);
	}
	return p;
}

static void
answer_sgr(struct screen *s)
{
	struct style rest = s->pen;
	char sgr[3 * SGR_MAX], *p = sgr;

	rest.fg = rest.bg = 0;
	p += sgr_params(&rest, p);
	p = put_colour(p, s->pen.fg, 30);
	p = put_colour(p, s->pen.bg, 40);
	*p = '\0';
	answer_queue(s, "\033P1$r%sm\033\\", sgr);
}

/* The settings that are two numbers (the second one 0: one number). */
static bool
numbers(const struct screen *s, const char *name, unsigned *a, unsigned *b)
{
	const struct {
		const char *name;
		unsigned a, b;
	} all[] = {
		{ "r", s->top + 1, s->bottom + 1 }, { "s", s->left + 1, s->right + 1 }, { " q", s->shape, 0 },
		{ "\"q", s->pen.attr & STYLE_PROTECTED ? 1u : 0u, 0 }, { "\"p", 60u + s->level, 1 },
		{ "t", s->rows, 0 }, { "*|", s->rows, 0 }, { "$|", s->cols, 0 },
		{ "$}", 0, 0 }, { "$~", 0, 0 }, { "*x", s->exact_extent ? 2 : 0, 0 },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].name, name) == 0) {
			*a = all[i].a;
			*b = all[i].b;
			return true;
		}
	return false;
}

void
answer_setting(struct screen *s, const char *text, size_t len)
{
	char name[4] = "";
	unsigned a, b;

	if (len < sizeof name)
		memcpy(name, text, len);
	if (strcmp(name, "m") == 0)
		answer_sgr(s);
	else if (!numbers(s, name, &a, &b))
		answer_queue(s, "\033P0$r\033\\");
	else if (b)
		answer_queue(s, "\033P1$r%u;%u%s\033\\", a, b, name);
	else
		answer_queue(s, "\033P1$r%u%s\033\\", a, name);
}

/* Flags as a character from '@' on. */
static int
flags(bool a, bool b, bool c, bool d)
{
	return '@' | (a ? 1 : 0) | (b ? 2 : 0) | (c ? 4 : 0) | (d ? 8 : 0);
}

/* DECCIR: row, column and page; attributes, protection, modes; the charsets in use and their sizes; the charsets. */
static void
answer_cursor(struct screen *s)
{
	unsigned attr = s->pen.attr;

	answer_queue(s, "\033P1$u%u;%u;1;%c;%c;%c;%u;2;@;%c%c%c%c\033\\", s->y + 1, s->x + 1,
	             flags(attr & STYLE_BOLD, attr & STYLE_UNDERLINE, attr & STYLE_BLINK, attr & STYLE_INVERSE),
	             flags(attr & STYLE_PROTECTED, false, false, false),
	             flags(mode(s, MODE_ORIGIN), s->single == 2, s->single == 3, s->pending),
	             s->charsets.gl, s->charsets.g[0], s->charsets.g[1], s->charsets.g[2], s->charsets.g[3]);
}

static void
answer_tabs(struct screen *s)
{
	char list[TABS_MAX];
	size_t n = 0;

	list[0] = '\0';
	for (unsigned x = 0; x < s->cols; x++)
		if (s->tabs[x]) {
			int len = snprintf(list + n, sizeof list - n, n ? "/%u" : "%u", x + 1);

			if (len < 0 || (size_t)len >= sizeof list - n)
				return;
			n += (size_t)len;
		}
	answer_queue(s, "\033P2$u%s\033\\", list);
}

void
answer_presentation(struct screen *s, unsigned what)
{
	if (what == 1)
		answer_cursor(s);
	else if (what == 2)
		answer_tabs(s);
}
