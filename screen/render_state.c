/* SPDX-License-Identifier: MIT */
#include "render_state.h"

#include <string.h>

#include "charset.h"
#include "cursor.h"
#include "flow.h"
#include "model.h"
#include "modes.h"
#include "render_basic.h"
#include "render_cell.h"
#include "render_cursor.h"

void
render_to_main(struct out *out)
{
	if (out_can(out, TERMCAN_ALTERNATE))
		out_text(out, "\033[?1049l");
	else if (out_can(out, TERMCAN_ALTERNATE_47))
		out_text(out, "\033[?47l\0338");
}

void
render_no_charsets(struct out *out)
{
	if (out_can(out, TERMCAN_DRAWING))
		out_text(out, "\033(B\033)B");
	if (out_can(out, TERMCAN_DRAWING | TERMCAN_XTERM))
		out_text(out, "\033*B\033+B");
	if (out_can(out, TERMCAN_DRAWING))
		out_text(out, "\017");
}

void
render_kept(struct out *out, const struct screen *s)
{
	const struct kept *k = &s->kept;

	if (!out_can(out, TERMCAN_XTERM | TERMCAN_PRIVATE))
		return;
	for (size_t i = 0; i < nmode_bits; i++) {
		const struct mode_bit *m = &mode_bits[i];

		if (k->bits & m->bit)
			out_format(out, "\033[?%u%c\033[?%us", m->number, k->modes & m->bit ? 'h' : 'l', m->number);
	}
	if (k->mouse && k->protocol)
		out_format(out, "\033[?%uh\033[?1000s", k->protocol);
	else if (k->mouse)
		out_text(out, "\033[?9;1000;1002;1003l\033[?1000s");
	if (k->encoding && k->encoded)
		out_format(out, "\033[?%uh\033[?1006s", k->encoded);
	else if (k->encoding)
		out_text(out, "\033[?1005;1006;1015;1016l\033[?1006s");
	if (s->level != LEVEL_DEFAULT)
		out_format(out, "\033[6%u;1\"p", s->level);
}

void
render_reset(struct out *out)
{
	static const struct { uint64_t needs; const char *text; } resets[] = {
		{ TERMCAN_HIDES, "\033[?25l" }, { 0, "\033[0m" }, { TERMCAN_LINKS, "\033]8;;\033\\" },
		{ TERMCAN_KEYPAD, "\033[?1l" }, { TERMCAN_REVERSE_SCREEN, "\033[?5l" },
		{ TERMCAN_PRIVATE, "\033[?41;45;66;1045l" }, { TERMCAN_SIDES, "\033[?69l" },
		{ TERMCAN_MOUSE, "\033[?9;1000;1002;1003l\033[?1005;1006;1015;1016l" },
		{ TERMCAN_FOCUS, "\033[?1004l" }, { TERMCAN_PASTE, "\033[?2004l" },
		{ TERMCAN_THEME_REPORTS, "\033[?2031l" }, { TERMCAN_SIZE_REPORTS, "\033[?2048l" },
		{ TERMCAN_KEYPAD, "\033>" }, { TERMCAN_INSERTS, "\033[4l" }, { TERMCAN_NEWLINE, "\033[20l" },
		{ TERMCAN_ORIGIN, "\033[?6l" }, { TERMCAN_AUTOWRAP, "\033[?7h" }, { TERMCAN_REGION, "\033[r" },
		{ TERMCAN_MODIFY_KEYS, "\033[>m" }, { TERMCAN_KITTY_KEYS, "\033[<99u" },
		{ TERMCAN_SHAPE, "\033[0 q" },
	};

	for (size_t i = 0; i < sizeof resets / sizeof *resets; i++)
		if (out_can(out, resets[i].needs))
			out_text(out, resets[i].text);
	render_no_charsets(out);
}

void
render_tabs(struct out *out, const struct screen *s)
{
	unsigned char usual[SCREEN_COLS_MAX];

	tabs_reset(usual, 0, s->cols);
	if (memcmp(usual, s->tabs, s->cols) == 0 || !out_can(out, TERMCAN_TABS))
		return;
	out_text(out, "\033[3g");
	for (unsigned x = 0; x < s->cols; x++)
		if (s->tabs[x])
			out_format(out, out_can(out, TERMCAN_XTERM) ? "\033[%uG\033H" : "\033[1;%uH\033H", x + 1);
}

void
render_kitty(struct out *out, const struct screen *s, bool alternate)
{
	const struct kitty *k = &s->kitty[alternate];

	if (!out_can(out, TERMCAN_KITTY_KEYS))
		return;
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
	unsigned sets = out_can(out, TERMCAN_DRAWING | TERMCAN_XTERM) ? 4 : out_can(out, TERMCAN_DRAWING) ? 2 : 0;

	for (unsigned i = 0; i < sets; i++)
		if (c->g[i] == '0' || (c->g[i] != 'B' && out_can(out, TERMCAN_XTERM)))
			out_format(out, "\033%c%c", designator[i], c->g[i]);
	if (c->gl && c->gl < sets)
		out_text(out, shift[c->gl]);
}

void
render_saved(struct out *out, const struct screen *s, const struct saved *saved, struct row *const *grid)
{
	const struct flow_place place = {
		.grid = grid, .x = saved->x, .y = saved->y, .shift = saved->shift,
		.leads = saved->shift && render_is_whole(out), .lead = saved->shift ? saved->shift - 1 : 0,
	};

	if (saved->origin && out_can(out, TERMCAN_ORIGIN))
		out_text(out, "\033[?6h");
	flow_arrive(out, s, &place);
	out_style(out, &saved->pen);
	render_charsets(out, &saved->charsets);
}

/* What rectangles and SPA have set. */
static void
render_areas(struct out *out, const struct screen *s)
{
	if (!out_can(out, TERMCAN_XTERM | TERMCAN_PRIVATE))
		return;
	if (s->exact_extent)
		out_text(out, "\033[2*x");
	if (s->checksum)
		out_format(out, "\033[%u#y", s->checksum);
	if (s->iso_protection)
		out_text(out, s->pen.attr & STYLE_PROTECTED ? "\033V" : "\033V\033W");
}

static void
render_mouse(struct out *out, const struct mouse *m)
{
	if (m->protocol)
		out_format(out, "\033[?%uh", m->protocol);
	for (unsigned i = 0; i < m->n; i++)
		out_format(out, "\033[?%uh", m->encoding[i]);
}

/* What the terminal must be able to do for mode M. */
static uint64_t
mode_needs(const struct mode_bit *m)
{
	static const struct { unsigned number; uint64_t needs; } needs[] = {
		{ 1, TERMCAN_KEYPAD }, { 5, TERMCAN_REVERSE_SCREEN }, { 7, TERMCAN_AUTOWRAP }, { 1004, TERMCAN_FOCUS },
		{ 2004, TERMCAN_PASTE }, { 2027, TERMCAN_GRAPHEMES }, { 2031, TERMCAN_THEME_REPORTS },
		{ 2048, TERMCAN_SIZE_REPORTS },
	};

	if (!m->dec)
		return m->number == 4 ? TERMCAN_INSERTS : m->number == 20 ? TERMCAN_NEWLINE : TERMCAN_PRIVATE;
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		if (needs[i].number == m->number)
			return needs[i].needs;
	return TERMCAN_PRIVATE;
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

		if (differs && !(m->bit & done) && out_can(out, mode_needs(m)))
			out_format(out, "\033[%s%u%c", m->dec ? "?" : "", m->number, on ? 'h' : 'l');
	}
	if (mode(s, MODE_KEYPAD) && out_can(out, TERMCAN_KEYPAD))
		out_text(out, "\033=");
	if (out_can(out, TERMCAN_MOUSE))
		render_mouse(out, &s->mouse);
	for (unsigned i = 0; i < MODIFIERS && out_can(out, TERMCAN_MODIFY_KEYS); i++)
		if (s->modifiers[i] >= 0)
			out_format(out, "\033[>%u;%dm", i, s->modifiers[i]);
}

static void
render_title(struct out *out, const struct title *t, unsigned number)
{
	/* The terminal's title is unknown at first, so it must be set before it is pushed. */
	const char *said = t->n ? NULL : "";

	if (!out_can(out, TERMCAN_TITLE))
		return;
	for (unsigned i = 0; i <= t->n; i++) {
		const char *text = i < t->n ? t->pushed[i] : t->text;

		if (!text)
			text = "";
		if (!said || strcmp(text, said) != 0) {
			out_format(out, "\033]%u;", number);
			out_title(out, text);
			out_text(out, "\033\\");
			said = text;
		}
		if (i < t->n && out_can(out, TERMCAN_TITLE_STACK))
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
	for (unsigned i = 0; c->palette && i < COLOURS + SPECIALS && out_can(out, TERMCAN_PALETTE); i++)
		if (c->palette[i]) {
			out_format(out, "\033]%u;%u;", i < COLOURS ? 4u : 5u, i % COLOURS);
			render_colour(out, c->palette[i]);
		}
	for (unsigned i = 0; i < 3 && out_can(out, TERMCAN_THEME); i++)
		if (c->dynamic[i]) {
			out_format(out, "\033]%u;", 10 + i);
			render_colour(out, c->dynamic[i]);
		}
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
	if (s->place && out_can(out, TERMCAN_PLACE)) {
		out_text(out, "\033]7;");
		out_uri(out, s->place, strlen(s->place));
		out_text(out, "\033\\");
	}
	render_colours(out, &s->colours);
	if (s->shape && out_can(out, TERMCAN_SHAPE))
		out_format(out, "\033[%u q", s->shape);
	render_areas(out, s);
	if (mode(s, MODE_VISIBLE) && out_can(out, TERMCAN_HIDES))
		out_text(out, "\033[?25h");
	if (out_can(out, TERMCAN_SYNCHRONIZED))
		out_text(out, "\033[?2026l");
	if (s->repeatable && render_is_whole(out))
		render_repeatable(out, s);
	if (s->single && out_can(out, TERMCAN_XTERM | TERMCAN_DRAWING))
		out_text(out, s->single == 2 ? "\033N" : "\033O");
}
