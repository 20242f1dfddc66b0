/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <stdio.h>
#include <string.h>

#include "answer_queue.h"
#include "colours.h"
#include "keys.h"
#include "model.h"
#include "modes.h"

void
answer_device(struct screen *s, char private)
{
	switch (private) {
	case 0:
		answer_queue(s, "\033[?62;22c"); /* VT220 with colour */
		break;
	case '>':
		answer_queue(s, "\033[>0;276;0c"); /* as xterm: programs read its version from this */
		break;
	case '=':
		answer_queue(s, "\033P!|00000000\033\\");
		break;
	}
}

static void
answer_place(struct screen *s, bool private)
{
	unsigned y = s->y + 1, x = s->x + 1;

	if (mode(s, MODE_ORIGIN)) {
		y -= s->top;
		x -= s->left;
	}
	answer_queue(s, private ? "\033[?%u;%uR" : "\033[%u;%uR", y, x);
}

/* Dark or light, if that is known: nobody is told anything that was made up. */
static void
answer_theme(struct screen *s)
{
	int light = colours_light(s);

	if (light >= 0)
		answer_queue(s, "\033[?997;%un", light ? 2u : 1u);
}

/* What a VT220 and later ones are asked about themselves: no printer, no locator, no macros, one session. */
static const struct {
	unsigned what;
	const char *answer;
} devices[] = {
	{ 15, "\033[?13n" }, { 25, "\033[?20n" }, { 26, "\033[?27;1n" }, { 53, "\033[?53n" }, { 55, "\033[?53n" },
	{ 56, "\033[?57;0n" }, { 62, "\033[0000*{" }, { 75, "\033[?70n" }, { 85, "\033[?83n" },
};

static void
answer_private_status(struct screen *s, unsigned what, unsigned id)
{
	switch (what) {
	case 6:
		answer_place(s, true);
		return;
	case 63:
		answer_queue(s, "\033P%u!~0000\033\\", id);
		return;
	case 996:
		answer_theme(s);
		return;
	}
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (devices[i].what == what)
			answer_queue(s, "%s", devices[i].answer);
}

void
answer_status(struct screen *s, char private, unsigned what, unsigned id)
{
	if (private)
		answer_private_status(s, what, id);
	else if (what == 5)
		answer_queue(s, "\033[0n");
	else if (what == 6)
		answer_place(s, false);
}

void
answer_mode(struct screen *s, char private, unsigned number)
{
	answer_queue(s, "\033[%s%u;%u$y", private ? "?" : "", number, modes_report(s, private, number));
}

void
answer_kitty(struct screen *s)
{
	answer_queue(s, "\033[?%uu", kitty_flags(&s->kitty[s->alternate != NULL]));
}

void
answer_modifiers(struct screen *s, unsigned resource)
{
	unsigned value = resource <= 4 && s->modifiers[resource] > 0 ? (unsigned)s->modifiers[resource] : 0;

	if (resource <= 4)
		answer_queue(s, "\033[>%u;%um", resource, value);
}

void
answer_version(struct screen *s)
{
	answer_queue(s, "\033P>|holdfast\033\\");
}

void
answer_size(struct screen *s, unsigned what)
{
	const struct screen_terminal *t = &s->terminal;

	if (what == 18)
		answer_queue(s, "\033[8;%u;%ut", s->rows, s->cols);
	else if (what == 19)
		answer_queue(s, "\033[9;%u;%ut", s->rows, s->cols);
	else if (what == 14 && t->xpixel && t->ypixel)
		answer_queue(s, "\033[4;%u;%ut", t->ypixel, t->xpixel);
	else if (what == 16 && t->xpixel / s->cols && t->ypixel / s->rows)
		answer_queue(s, "\033[6;%u;%ut", t->ypixel / s->rows, t->xpixel / s->cols);
}

void
answer_new_size(struct screen *s)
{
	answer_queue(s, "\033[48;%u;%u;%u;%ut", s->rows, s->cols, s->terminal.ypixel, s->terminal.xpixel);
}

void
answer_extent(struct screen *s)
{
	answer_queue(s, "\033[%u;%u;1;1;1\"w", s->rows, s->cols);
}

void
answer_supplemental(struct screen *s)
{
	answer_queue(s, "\033P0!u%%5\033\\"); /* DEC's own */
}

void
answer_graphics(struct screen *s, unsigned item)
{
	answer_queue(s, "\033[?%u;%uS", item, item >= 1 && item <= 3 ? 3u : 1u);
}
