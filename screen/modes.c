/* SPDX-License-Identifier: MIT */
#include "modes.h"

#include <string.h>

#include "charset.h"
#include "colours.h"
#include "cursor.h"
#include "grid.h"
#include "history.h"
#include "model.h"
#include "progress.h"
#include "row.h"
#include "used.h"

const struct mode_bit mode_bits[] = {
	{ 1, MODE_CURSOR_KEYS, true, false, true, "cursor-keys" },
	{ 4, MODE_SMOOTH_SCROLL, true, true, true, "smooth-scroll" },
	{ 5, MODE_REVERSE, true, false, true, "reverse-video" },
	{ 6, MODE_ORIGIN, true, false, true, "origin" },
	{ 7, MODE_WRAP, true, false, true, "autowrap" },
	{ 8, MODE_REPEAT, true, true, false, "autorepeat" },
	{ 12, MODE_BLINK, true, true, true, "cursor-blink" },
	{ 18, MODE_FORM_FEED, true, true, true, "print-form-feed" },
	{ 19, MODE_PRINT_EXTENT, true, true, true, "print-extent" },
	{ 25, MODE_VISIBLE, true, false, true, "cursor-visible" },
	{ 40, MODE_COLUMNS_MAY, true, true, true, "columns-allowed" },
	{ 41, MODE_TAB_WRAP, true, false, true, "tab-wrap" },
	{ 45, MODE_REVERSE_WRAP, true, false, true, "reverse-wrap" },
	{ 66, MODE_KEYPAD, true, false, true, "keypad" },
	{ 67, MODE_BACKARROW, true, true, true, "backarrow" },
	{ 69, MODE_MARGINS, true, false, true, "left-right-margins" },
	{ 1004, MODE_FOCUS, true, false, false, "focus" },
	{ 1007, MODE_SCROLL_KEYS, true, true, true, "alternate-scroll" },
	{ 1034, MODE_META8, true, true, true, "meta-8bit" },
	{ 1035, MODE_NUMLOCK, true, true, true, "numlock" },
	{ 1036, MODE_META_ESC, true, true, true, "meta-escape" },
	{ 1039, MODE_ALT_ESC, true, true, true, "alt-escape" },
	{ 1045, MODE_REVERSE_WRAP_ALL, true, false, true, "reverse-wrap-all" },
	{ 2004, MODE_PASTE, true, false, true, "paste" },
	{ 2027, MODE_CLUSTERS, true, true, false, "grapheme-clusters" },
	{ 2031, MODE_THEME, true, false, false, "theme-reports" },
	{ 2048, MODE_SIZE, true, false, false, "size-reports" },
	{ 4, MODE_INSERT, false, false, false, "insert" },
	{ 20, MODE_NEWLINE, false, false, false, "newline" },
};
const size_t nmode_bits = sizeof mode_bits / sizeof *mode_bits;

/* Of those that a terminal has a default of its own for: xterm's defaults, for a program that asks. */
#define USUALLY_SET (MODE_REPEAT | MODE_META8 | MODE_NUMLOCK)

static const struct mode_bit *
find(bool dec, unsigned number)
{
	for (size_t i = 0; i < nmode_bits; i++)
		if (mode_bits[i].dec == dec && mode_bits[i].number == number)
			return &mode_bits[i];
	return NULL;
}

void
modes_reset_margins(struct screen *s)
{
	s->top = s->left = 0;
	s->bottom = s->rows - 1;
	s->right = s->cols - 1;
}

static void
enter_alternate(struct screen *s)
{
	cell blank = grid_blank(s);

	if (s->alternate)
		return;
	s->alternate = grid_new(s->rows, s->cols);
	if (!s->alternate)
		return;
	s->row = s->alternate;
	if (blank)
		for (unsigned y = 0; y < s->rows; y++)
			row_fill(s->row[y], 0, s->cols, blank);
	s->saved[1] = (struct saved){ .x = 0 };
	charset_reset(&s->saved[1].charsets);
	s->kitty[1] = (struct kitty){ .n = 0 };
	grid_settle(s);
}

static void
leave_alternate(struct screen *s)
{
	if (!s->alternate)
		return;
	grid_free(s->alternate, s->rows);
	s->alternate = NULL;
	s->row = s->primary;
	grid_settle(s);
}

static void
set_alternate(struct screen *s, unsigned number, bool on)
{
	bool was = s->alternate != NULL;

	if (number == 1049 && on && !s->alternate) {
		cursor_save(s);
		s->entered = s->saved[0];
		s->has_entered = true;
	}
	if (on)
		enter_alternate(s);
	else
		leave_alternate(s);
	if (!was && s->alternate)
		used_enter(s, number != 47);
	else if (was && !on)
		used_leave(s, number == 1049);
	if (number == 1049 && !on)
		cursor_restore(s);
}

/* The reports of the mouse, and their encoding. */
static bool
is_mouse(unsigned number)
{
	return number == 9 || number == 1000 || number == 1002 || number == 1003 || number == 1005 ||
	       number == 1006 || number == 1015 || number == 1016;
}

static bool
is_mouse_protocol(unsigned number)
{
	return number == 9 || (number >= 1000 && number <= 1003);
}

static void
set_mouse(struct mouse *m, unsigned number, bool on)
{
	unsigned n = 0;

	if (number <= 1003) {
		m->protocol = on ? number : 0;
		return;
	}
	for (unsigned i = 0; i < m->n; i++)
		if (m->encoding[i] != number)
			m->encoding[n++] = m->encoding[i];
	if (on)
		m->encoding[n++] = number;
	m->n = n;
}

static bool
mouse_is(const struct mouse *m, unsigned number)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->encoding[i] == number)
			return true;
	return m->protocol == number;
}

/* DECCOLM: clears the screen; the width is the terminal's, whose new size comes as a resize. */
static void
set_columns(struct screen *s)
{
	if (!mode(s, MODE_COLUMNS_MAY))
		return;
	modes_reset_margins(s);
	cursor_to(s, 0, 0);
	used_stray(s);
	grid_erase(s, 0, s->rows - 1);
	grid_settle(s);
}

static void
set_bit(struct screen *s, const struct mode_bit *m, bool on)
{
	s->modes = on ? s->modes | m->bit : s->modes & ~m->bit;
	if (m->own)
		s->said |= m->bit;
	if (m->bit == MODE_ORIGIN) {
		cursor_home(s);
	} else if (m->bit == MODE_MARGINS) {
		s->pending = false;
		s->left = 0;
		s->right = s->cols - 1;
	}
}

void
modes_set(struct screen *s, bool dec, unsigned number, bool on)
{
	const struct mode_bit *m = find(dec, number);

	if (m) {
		if (m->bit != MODE_MARGINS || s->level >= 4)
			set_bit(s, m, on);
		return;
	}
	if (!dec)
		return;
	if (is_mouse(number)) {
		set_mouse(&s->mouse, number, on);
		return;
	}
	switch (number) {
	case 3:
		set_columns(s);
		break;
	case 47:
	case 1047:
	case 1049:
		set_alternate(s, number, on);
		break;
	case 1048:
		if (on)
			cursor_save(s);
		else
			cursor_restore(s);
		break;
	case 2026:
		s->synchronized = on;
		break;
	}
}

void
modes_save(struct screen *s, unsigned number)
{
	const struct mode_bit *m = find(true, number);
	struct kept *k = &s->kept;

	if (m && m->kept) {
		/* What no program has said is as the terminal has it. */
		k->bits = m->own && !(s->said & m->bit) ? k->bits & ~m->bit : k->bits | m->bit;
		k->modes = (k->modes & ~m->bit) | (s->modes & k->bits & m->bit);
	} else if (is_mouse_protocol(number)) {
		k->mouse = true;
		k->protocol = s->mouse.protocol;
	} else if (is_mouse(number)) {
		k->encoding = true;
		k->encoded = s->mouse.n ? s->mouse.encoding[s->mouse.n - 1] : 0;
	} else if (number == 1048) {
		cursor_save(s);
	}
}

void
modes_restore(struct screen *s, unsigned number)
{
	const struct mode_bit *m = find(true, number);
	const struct kept *k = &s->kept;

	if (m && m->kept && (m->bit != MODE_MARGINS || s->level >= 4)) {
		set_bit(s, m, ((k->bits & m->bit ? k->modes : MODES_DEFAULT) & m->bit) != 0);
		if (m->own && !(k->bits & m->bit))
			s->said &= ~m->bit;
	} else if (is_mouse_protocol(number)) {
		s->mouse.protocol = k->protocol;
	} else if (is_mouse(number)) {
		s->mouse.n = 0;
		if (k->encoded)
			set_mouse(&s->mouse, k->encoded, true);
	} else if (number == 1048) {
		cursor_restore(s);
	}
}

/* The modes of ECMA-48 that no terminal of this kind has: permanently reset, as in xterm. */
static bool
is_never_set(unsigned number)
{
	static const unsigned char never[] = { 1, 5, 7, 10, 11, 13, 14, 15, 16, 17, 18, 19 };

	for (size_t i = 0; i < sizeof never; i++)
		if (never[i] == number)
			return true;
	return false;
}

unsigned
modes_report(const struct screen *s, bool dec, unsigned number)
{
	const struct mode_bit *m = find(dec, number);

	if (m && m->own && !(s->said & m->bit))
		return m->bit & USUALLY_SET ? 1 : 2;
	if (m)
		return mode(s, m->bit) ? 1 : 2;
	if (!dec)
		return is_never_set(number) ? 4 : 0;
	if (is_mouse(number))
		return mouse_is(&s->mouse, number) ? 1 : 2;
	switch (number) {
	case 47:
	case 1047:
	case 1049:
		return s->alternate ? 1 : 2;
	case 2026:
		return s->synchronized ? 1 : 2;
	}
	return 0;
}

void
modes_soft_reset(struct screen *s)
{
	uint32_t off = MODE_CURSOR_KEYS | MODE_ORIGIN | MODE_INSERT | MODE_KEYPAD | MODE_MARGINS |
	    MODE_REVERSE_WRAP | MODE_REVERSE_WRAP_ALL | MODE_CLUSTERS;

	s->modes = (s->modes & ~off) | MODE_WRAP | MODE_VISIBLE;
	s->pen = (struct style){ .fg = 0 };
	s->pen_link = 0;
	s->pen_known = false;
	s->erase_number = 0;
	charset_reset(&s->charsets);
	s->single = 0;
	s->iso_protection = false;
	s->checksum = 0;
	s->pending = s->pending && s->x == s->cols - 1;
	modes_reset_margins(s);
	s->saved[s->alternate != NULL] = (struct saved){ .charsets = s->charsets };
}

void
modes_hard_reset(struct screen *s)
{
	leave_alternate(s);
	modes_soft_reset(s);
	s->saved[0] = (struct saved){ .charsets = s->charsets };
	s->has_entered = false;
	s->modes = MODES_DEFAULT;
	s->said = 0;
	s->kept = (struct kept){ .bits = 0 };
	s->exact_extent = false;
	s->level = LEVEL_DEFAULT;
	s->synchronized = false;
	s->mouse = (struct mouse){ .n = 0 };
	memset(s->kitty, 0, sizeof s->kitty);
	memset(s->modifiers, -1, sizeof s->modifiers);
	s->shape = 0;
	tabs_reset(s->tabs, 0, s->cols);
	colours_reset(&s->colours);
	progress_reset(&s->progress);
	grid_erase(s, 0, s->rows - 1);
	history_clear(&s->history);
	cursor_home(s);
	grid_settle(s);
	used_begin(s, true);
}
