/* SPDX-License-Identifier: MIT */
#include "colours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer_queue.h"
#include "colour_spec.h"
#include "model.h"

/* Answers OSC 4 or 5 with INDEX, or 10 to 12. */
static void
answer_colour(struct screen *s, unsigned number, unsigned index, uint32_t rgb)
{
	unsigned r = rgb >> 16 & 0xff, g = rgb >> 8 & 0xff, b = rgb & 0xff;

	if (number <= 5)
		answer_queue(s, "\033]%u;%u;rgb:%02x%02x/%02x%02x/%02x%02x\033\\", number, index, r, r, g, g, b, b);
	else
		answer_queue(s, "\033]%u;rgb:%02x%02x/%02x%02x/%02x%02x\033\\", number, r, r, g, g, b, b);
}

void
colours_reset(struct colours *c)
{
	free(c->palette);
	*c = (struct colours){ .palette = NULL };
}

/* COLOUR_SET and the colour that TEXT says, or 0. */
static uint32_t
parse(const char *text)
{
	uint32_t rgb;

	return colour_spec(text, &rgb) ? COLOUR_SET | rgb : 0;
}

uint32_t
colours_standard(unsigned i)
{
	static const uint32_t first[16] = {
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	};
	static const unsigned char level[6] = { 0, 95, 135, 175, 215, 255 };
	uint32_t grey;

	if (i < 16)
		return first[i];
	if (i < 232)
		return (uint32_t)level[(i - 16) / 36] << 16 | (uint32_t)level[(i - 16) / 6 % 6] << 8 |
		       level[(i - 16) % 6];
	grey = (i - 232) * 10 + 8;
	return grey << 16 | grey << 8 | grey;
}

static void
set_palette(struct colours *c, unsigned index, uint32_t colour)
{
	if (!c->palette && !(c->palette = calloc(COLOURS + SPECIALS, sizeof *c->palette)))
		return;
	c->palette[index] = colour;
}

/* The number at *P, which is moved behind it; -1: there is none, or it is above MAX. */
static int
number_at(const char **p, unsigned max)
{
	unsigned v = 0;
	const char *start = *p;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		if ((v = v * 10 + (unsigned)(**p - '0')) > max)
			return -1;
	return *p == start ? -1 : (int)v;
}

/* Copies the text up to a semicolon to BUF; returns the text behind it, or NULL at the end. */
static const char *
field(const char *text, char *buf, size_t cap)
{
	size_t len = strcspn(text, ";");

	snprintf(buf, cap, "%.*s", (int)(len < cap ? len : cap - 1), text);
	return text[len] ? text + len + 1 : NULL;
}

/* Text, background or cursor: as a program has set it, or the terminal has it. */
static uint32_t
dynamic_at(const struct screen *s, unsigned i)
{
	static const uint32_t usual[3] = { 0xe5e5e5, 0x000000, 0xe5e5e5 };

	return s->colours.dynamic[i] ? s->colours.dynamic[i] : s->terminal.colour[i] ? s->terminal.colour[i] : usual[i];
}

/* The palette's colour at AT; a special one that was not set is the text's. */
static uint32_t
palette_at(const struct screen *s, unsigned at)
{
	if (s->colours.palette && s->colours.palette[at])
		return s->colours.palette[at];
	return at < COLOURS ? colours_standard(at) : dynamic_at(s, 0);
}

/* OSC 4 ; INDEX ; COLOUR ; …, and OSC 5, whose indices are those behind the palette's. */
static void
palette(struct screen *s, unsigned number, const char *text)
{
	unsigned first = number == 5 ? COLOURS : 0;
	char buf[32];
	uint32_t colour;

	while (text) {
		int index = number_at(&text, COLOURS + SPECIALS - 1 - first);

		if (index < 0 || *text++ != ';')
			return;
		text = field(text, buf, sizeof buf);
		if (strcmp(buf, "?") == 0)
			answer_colour(s, number, (unsigned)index, palette_at(s, first + (unsigned)index));
		else if ((colour = parse(buf)))
			set_palette(&s->colours, first + (unsigned)index, colour);
	}
}

/* OSC 10 ; COLOUR ; …: each more is for the next number. */
static void
dynamic(struct screen *s, unsigned number, const char *text)
{
	char buf[32];
	uint32_t colour;

	for (; text && number <= 12; number++) {
		text = field(text, buf, sizeof buf);
		if (strcmp(buf, "?") == 0)
			answer_colour(s, number, 0, dynamic_at(s, number - 10));
		else if ((colour = parse(buf)))
			s->colours.dynamic[number - 10] = colour;
	}
}

/* OSC 104, or from FIRST on OSC 105: with indices or, for all, without. */
static void
reset_palette(struct colours *c, unsigned first, const char *text)
{
	bool any = false;

	while (*text) {
		int index = number_at(&text, COLOURS + SPECIALS - 1 - first);

		if (index < 0)
			return;
		if (c->palette)
			c->palette[first + (unsigned)index] = 0;
		any = true;
		if (*text == ';')
			text++;
	}
	for (unsigned i = first; !any && c->palette && i < COLOURS + SPECIALS; i++)
		c->palette[i] = 0;
}

void
colours_osc(struct screen *s, unsigned number, const char *text)
{
	switch (number) {
	case 4:
	case 5:
		palette(s, number, text);
		break;
	case 10:
	case 11:
	case 12:
		dynamic(s, number, text);
		break;
	case 104:
		reset_palette(&s->colours, 0, text);
		break;
	case 105:
		reset_palette(&s->colours, COLOURS, text);
		break;
	case 110:
	case 111:
	case 112:
		s->colours.dynamic[number - 110] = 0;
		break;
	}
}

int
colours_light(const struct screen *s)
{
	uint32_t c = s->colours.dynamic[1] ? s->colours.dynamic[1] : s->terminal.colour[1];

	return c ? screen_colour_is_light(c) : -1;
}

bool
screen_colour_is_light(uint32_t colour)
{
	/* Weighted as the eye sees them (ITU-R BT.601). */
	return 299 * (colour >> 16 & 0xff) + 587 * (colour >> 8 & 0xff) + 114 * (colour & 0xff) >= 127500;
}

enum screen_theme
screen_theme_awaited(const struct screen *s)
{
	int light = s->colours.dynamic[1] ? -1 : colours_light(s);

	return !mode(s, MODE_THEME) || light < 0 ? SCREEN_NO_THEME : light ? SCREEN_LIGHT : SCREEN_DARK;
}
