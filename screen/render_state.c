/* SPDX-License-Identifier: MIT */
#include "render_state.h"

#include <string.h>

#include "charset.h"
#include "cursor.h"
#include "model.h"
#include "modes.h"
#include "render_rows.h"

void
render_reset(struct out *out)
{
	out_text(out, "\033[?25l\033[0m\033]8;;\033\\");
	out_text(out, "\033[?1;5;45;66l\033[?69l\033[?9;1000;1002;1003l\033[?1005;1006;1015;1016l\033[?1004;2004l");
	out_text(out, "\033[?2031;2048l\033>\033[4;20l\033[?6l\033[?7h\033[r\033(B\033)B\033*B\033+B\017");
	out_text(out, "\033[>m\033[<99u\033[0 q");
}

void
render_tabs(struct out *out, const struct screen *s)
{
	unsigned char usual[SCREEN_COLS_MAX];

	tabs_reset(usual, 0, s->cols);
	if (memcmp(usual, s->tabs, s->cols) == 0)
		return;
	out_text(out, "\033[3g");
	for (unsigned x = 0; x < s->cols; x++)
		if (s->tabs[x])
			out_format(out, "\033[%uG\033H", x + 1);
}

void
render_kitty(struct out *out, const struct screen *s, bool alternate)
{
	const struct kitty *k = &s->kitty[alternate];

	if (alternate)
		out_text(out, "\033[<99u");
	if (k->base)
		out_format(out, "\033[=%u;1u", k->base);
	for (unsigned i = 0; i < k->n; i++)
		out_format(out, "\033[>%uu", k->flags[i]);
}

static void
render_charsets(struct out *out, const struct charsets *c)
{
	static const char designator[] = "()*+";
	static const char *const shift[] = { "\017", "\016", "\033n", "\033o" };

	for (unsigned i = 0; i < 4; i++)
		if (c->g[i] != 'B')
			out_format(out, "\033%c%c", designator[i], c->g[i]);
	if (c->gl)
		out_text(out, shift[c->gl]);
}

void
render_saved(struct out *out, const struct saved *saved)
{
	if (saved->origin)
		out_text(out, "\033[?6h");
	out_format(out, "\033[%u;%uH", saved->y + 1, saved->x + 1);
	out_style(out, &saved->pen);
	render_charsets(out, &saved->charsets);
}

static void
render_margins(struct out *out, const struct screen *s)
{
	if (mode(s, MODE_MARGINS)) {
		out_text(out, "\033[?69h");
		if (s->left > 0 || s->right < s->cols - 1)
			out_format(out, "\033[%u;%us", s->left + 1, s->right + 1);
	}
	if (s->top > 0 || s->bottom < s->rows - 1)
		out_format(out, "\033[%u;%ur", s->top + 1, s->bottom + 1);
	if (mode(s, MODE_ORIGIN))
		out_text(out, "\033[?6h");
}

static void
render_position(struct out *out, const struct screen *s, unsigned x)
{
	bool origin = mode(s, MODE_ORIGIN);

	out_format(out, "\033[%u;%uH", s->y - (origin ? s->top : 0) + 1, x - (origin ? s->left : 0) + 1);
}

/* The column of the character before the cursor, or under it while a wrap is pending. */
static unsigned
before(const struct screen *s)
{
	unsigned x = s->pending ? s->x : s->x - 1;

	return s->row[s->y]->c[x] & CELL_TAIL ? x - 1 : x;
}

/*
 * The cursor.  The character before it is printed once more where that matters: now for a pending wrap, or as the
 * last of all so that it can be repeated (REP).
 */
static void
render_cursor(struct out *out, const struct screen *s)
{
	const struct row *row = s->row[s->y];

	if (!s->repeatable && !s->pending) {
		render_position(out, s, s->x);
		return;
	}
	render_position(out, s, before(s));
	if (!s->repeatable) {
		render_character(out, s, row, before(s));
	} else if (mode(s, MODE_INSERT)) {
		/* Printing it will move the rest of the row to where it is now. */
		out_plain(out);
		out_text(out, row->c[before(s)] & CELL_WIDE ? "\033[2P" : "\033[P");
	}
}

static void
render_mouse(struct out *out, const struct mouse *m)
{
	if (m->protocol)
		out_format(out, "\033[?%uh", m->protocol);
	for (unsigned i = 0; i < m->n; i++)
		out_format(out, "\033[?%uh", m->encoding[i]);
}

/* The modes that are not as render_reset left them, but for those that have been seen to already. */
static void
render_modes(struct out *out, const struct screen *s)
{
	const uint32_t done = MODE_ORIGIN | MODE_MARGINS | MODE_VISIBLE | MODE_KEYPAD;

	for (size_t i = 0; i < nmode_bits; i++) {
		const struct mode_bit *m = &mode_bits[i];
		bool on = mode(s, m->bit);
		bool differs = m->own ? s->said & m->bit : on != ((MODES_DEFAULT & m->bit) != 0);

		if (differs && !(m->bit & done))
			out_format(out, "\033[%s%u%c", m->dec ? "?" : "", m->number, on ? 'h' : 'l');
	}
	if (mode(s, MODE_KEYPAD))
		out_text(out, "\033=");
	render_mouse(out, &s->mouse);
	for (unsigned i = 0; i < MODIFIERS; i++)
		if (s->modifiers[i] >= 0)
			out_format(out, "\033[>%u;%dm", i, s->modifiers[i]);
}

static void
render_title(struct out *out, const struct title *t, unsigned number)
{
	/* The terminal's title is unknown at first, so it must be set before it is pushed. */
	const char *said = t->n ? NULL : "";

	for (unsigned i = 0; i <= t->n; i++) {
		const char *text = i < t->n ? t->pushed[i] : t->text;

		if (!text)
			text = "";
		if (!said || strcmp(text, said) != 0) {
			out_format(out, "\033]%u;", number);
			out_text(out, text);
			out_text(out, "\033\\");
			said = text;
		}
		if (i < t->n)
			out_format(out, "\033[22;%ut", number);
	}
}

static void
render_colour(struct out *out, uint32_t c)
{
	out_format(out, "rgb:%02x/%02x/%02x\033\\", c >> 16 & 0xff, c >> 8 & 0xff, c & 0xff);
}

static void
render_colours(struct out *out, const struct colours *c)
{
	for (unsigned i = 0; c->palette && i < COLOURS; i++)
		if (c->palette[i]) {
			out_format(out, "\033]4;%u;", i);
			render_colour(out, c->palette[i]);
		}
	for (unsigned i = 0; i < 3; i++)
		if (c->dynamic[i]) {
			out_format(out, "\033]%u;", 10 + i);
			render_colour(out, c->dynamic[i]);
		}
}

/*
 * Prints the character before the cursor as the last of all.  Where line drawing is shifted in, the letter is printed
 * that stands for it: ghostty shows no character beyond ASCII there.
 */
static void
render_repeatable(struct out *out, const struct screen *s)
{
	const struct row *row = s->row[s->y];
	cell c = row->c[before(s)];
	uint32_t code = (uint32_t)(c & CELL_CODE), letter = charset_letter(s, code);

	if (c & CELL_CLUSTER || letter == code) {
		render_character(out, s, row, before(s));
		return;
	}
	out_style(out, styles_get(&s->styles, cell_style(c)));
	out_link(out, links_get(&s->links, cell_link(c)), strlen(links_get(&s->links, cell_link(c))));
	out_code(out, letter);
}

void
render_state(struct out *out, const struct screen *s)
{
	const char *link = links_get(&s->links, s->pen_link);

	render_margins(out, s);
	render_cursor(out, s);
	out_style(out, &s->pen);
	out_link(out, link, strlen(link));
	render_charsets(out, &s->charsets);
	render_modes(out, s);
	render_title(out, &s->title[1], 1);
	render_title(out, &s->title[0], 2);
	if (s->place) {
		out_text(out, "\033]7;");
		out_text(out, s->place);
		out_text(out, "\033\\");
	}
	render_colours(out, &s->colours);
	if (s->shape)
		out_format(out, "\033[%u q", s->shape);
	if (mode(s, MODE_VISIBLE))
		out_text(out, "\033[?25h");
	out_text(out, "\033[?2026l");
	if (s->repeatable)
		render_repeatable(out, s);
	if (s->single)
		out_text(out, s->single == 2 ? "\033N" : "\033O");
}
