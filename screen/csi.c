/* SPDX-License-Identifier: MIT */
#include "csi.h"

#include <string.h>

#include "answer.h"
#include "cursor.h"
#include "edit.h"
#include "keys.h"
#include "model.h"
#include "modes.h"
#include "print.h"
#include "rectangle.h"
#include "sgr.h"
#include "title.h"
#include "used.h"

typedef void handler(struct screen *s);

static unsigned
count(const struct screen *s)
{
	return parser_param(&s->parser, 0, 1);
}

static unsigned
param(const struct screen *s, unsigned i)
{
	return parser_param(&s->parser, i, 0);
}

static void ich(struct screen *s) { edit_insert_chars(s, count(s)); }
static void dch(struct screen *s) { edit_delete_chars(s, count(s)); }
static void ech(struct screen *s) { edit_erase_chars(s, count(s)); }
static void il(struct screen *s) { edit_insert_lines(s, count(s)); }
static void dl(struct screen *s) { edit_delete_lines(s, count(s)); }
static void su(struct screen *s) { edit_scroll_up(s, count(s)); }
static void sl(struct screen *s) { edit_scroll_left(s, count(s)); }
static void sr(struct screen *s) { edit_scroll_right(s, count(s)); }
static void decic(struct screen *s) { edit_insert_columns(s, count(s)); }
static void decdc(struct screen *s) { edit_delete_columns(s, count(s)); }
static void ed(struct screen *s) { edit_erase_display(s, param(s, 0), false); }
static void el(struct screen *s) { edit_erase_line(s, param(s, 0), false); }
static void decsed(struct screen *s) { edit_erase_display(s, param(s, 0), true); }
static void decsel(struct screen *s) { edit_erase_line(s, param(s, 0), true); }
static void cuu(struct screen *s) { cursor_up(s, count(s)); }
static void cud(struct screen *s) { cursor_down(s, count(s)); }
static void cuf(struct screen *s) { cursor_right(s, count(s)); }
static void cub(struct screen *s) { cursor_left(s, count(s)); }
static void cht(struct screen *s) { cursor_tab(s, count(s)); }
static void cbt(struct screen *s) { cursor_backtab(s, count(s)); }
static void rep(struct screen *s) { print_again(s, count(s)); }
static void decrc(struct screen *s) { cursor_restore(s); }
static void decstr(struct screen *s) { modes_soft_reset(s); }
static void da1(struct screen *s) { answer_device(s, 0); }
static void da2(struct screen *s) { answer_device(s, '>'); }
static void da3(struct screen *s) { answer_device(s, '='); }
static void dsr(struct screen *s) { answer_status(s, 0, param(s, 0), 0); }
static void decdsr(struct screen *s) { answer_status(s, '?', param(s, 0), param(s, 1)); }
static void kitty_query(struct screen *s) { answer_kitty(s); }
static void xtqmodkeys(struct screen *s) { answer_modifiers(s, param(s, 0)); }
static void xtversion(struct screen *s) { answer_version(s); }
static void decrqde(struct screen *s) { answer_extent(s); }
static void decrqpsr(struct screen *s) { answer_presentation(s, param(s, 0)); }
static void decrqupss(struct screen *s) { answer_supplemental(s); }
static void decera(struct screen *s) { rectangle_erase(s, false); }
static void decsera(struct screen *s) { rectangle_erase(s, true); }
static void deccara(struct screen *s) { rectangle_mark(s, false); }
static void decrara(struct screen *s) { rectangle_mark(s, true); }

static void
sd(struct screen *s)
{
	/* With more parameters it is xterm's highlight tracking. */
	if (s->parser.nparam <= 1)
		edit_scroll_down(s, count(s));
}

static void
cnl(struct screen *s)
{
	cursor_down(s, count(s));
	cursor_return(s);
}

static void
cpl(struct screen *s)
{
	cursor_up(s, count(s));
	cursor_return(s);
}

static void
cup(struct screen *s)
{
	cursor_address(s, parser_param(&s->parser, 1, 1) - 1, count(s) - 1);
	used_said(s);
}

/* The cursor's row as programs say it: relative to the margins in origin mode. */
static unsigned
said_row(const struct screen *s)
{
	return mode(s, MODE_ORIGIN) ? s->y - s->top : s->y;
}

static void cha(struct screen *s) { cursor_address(s, count(s) - 1, said_row(s)); }

static void
vpr(struct screen *s)
{
	used_move(s, count(s), false);
	cursor_rows(s, s->y + count(s));
}

static void
vpa(struct screen *s)
{
	cursor_rows(s, count(s) - 1 + (mode(s, MODE_ORIGIN) ? s->top : 0));
	used_said(s);
}

static void hpr(struct screen *s) { cursor_columns(s, count(s)); }

/* Of a rendering, for a model alone: how the cursor is shifted (screen.shift). */
static void
shifted(struct screen *s)
{
	s->shift = param(s, 0) <= s->cols + 1 ? param(s, 0) : s->cols + 1;
}

static void
sgr(struct screen *s)
{
	sgr_apply(&s->pen, &s->parser);
	s->pen_known = false;
	s->erase_number = 0;
}

static void
tbc(struct screen *s)
{
	if (param(s, 0) == 0)
		s->tabs[s->x] = 0;
	else if (param(s, 0) == 3)
		memset(s->tabs, 0, s->cols);
	/* Where CBT has left a pending wrap there must be a tab stop. */
	s->pending = s->pending && s->x == cursor_edge(s);
}

static void
set_modes(struct screen *s, bool dec, bool on)
{
	for (unsigned i = 0; i < s->parser.nparam; i++) {
		modes_set(s, dec, s->parser.param[i], on);
		if (dec && on && s->parser.param[i] == 2048)
			answer_new_size(s);
	}
}

static void sm(struct screen *s) { set_modes(s, false, true); }
static void rm(struct screen *s) { set_modes(s, false, false); }
static void decset(struct screen *s) { set_modes(s, true, true); }
static void decrst(struct screen *s) { set_modes(s, true, false); }

static void
xtsave(struct screen *s)
{
	for (unsigned i = 0; i < s->parser.nparam; i++)
		modes_save(s, s->parser.param[i]);
}

static void
xtrestore(struct screen *s)
{
	for (unsigned i = 0; i < s->parser.nparam; i++)
		modes_restore(s, s->parser.param[i]);
}

static void
decstbm(struct screen *s)
{
	unsigned top = count(s) - 1, bottom = parser_param(&s->parser, 1, s->rows);

	if (bottom > s->rows)
		bottom = s->rows;
	if (top + 1 >= bottom && s->rows > 1)
		return;
	s->top = s->rows > 1 ? top : 0;
	s->bottom = bottom - 1;
	cursor_home(s);
}

/* DECSLRM, or without its mode SCOSC. */
static void
decslrm(struct screen *s)
{
	unsigned left = count(s) - 1, right = parser_param(&s->parser, 1, s->cols);

	if (!mode(s, MODE_MARGINS)) {
		cursor_save(s);
		return;
	}
	if (right > s->cols)
		right = s->cols;
	if (left + 1 >= right)
		return;
	s->left = left;
	s->right = right - 1;
	cursor_home(s);
}

static void
decscusr(struct screen *s)
{
	if (param(s, 0) <= 6)
		s->shape = (unsigned char)param(s, 0);
}

static void
decsca(struct screen *s)
{
	if (param(s, 0) > 2)
		return;
	s->iso_protection = false;
	s->pen.attr &= ~STYLE_PROTECTED;
	if (param(s, 0) == 1)
		s->pen.attr |= STYLE_PROTECTED;
	s->pen_known = false;
}

/* XTSMGRAPHICS. */
static void
xtsmgraphics(struct screen *s)
{
	if (s->parser.nparam == 3)
		answer_graphics(s, param(s, 0));
}

static void
request_mode(struct screen *s, char private)
{
	if (s->level >= 3)
		answer_mode(s, private, param(s, 0));
}

static void rqm(struct screen *s) { request_mode(s, 0); }
static void decrqm(struct screen *s) { request_mode(s, '?'); }

/* A soft reset, and a level of conformance; above the third with left and right margins. */
static void
decscl(struct screen *s)
{
	if (param(s, 0) < 61 || param(s, 0) > 60 + LEVEL_DEFAULT)
		return;
	modes_soft_reset(s);
	s->level = (unsigned char)(param(s, 0) - 60);
}

/* The title stacks, and questions that may be answered: those about the size. */
static void
window(struct screen *s)
{
	unsigned what = param(s, 0), which = param(s, 1);
	void (*turn)(struct title *) = what == 22 ? title_push : title_pop;

	answer_size(s, what);
	if (what != 22 && what != 23)
		return;
	if (which == 0 || which == 2)
		turn(&s->title[0]);
	if (which == 0 || which == 1)
		turn(&s->title[1]);
}

static struct kitty *
kitty_here(struct screen *s)
{
	return &s->kitty[s->alternate != NULL];
}

static void
kitty_do_set(struct screen *s)
{
	kitty_set(kitty_here(s), param(s, 0), parser_param(&s->parser, 1, 1));
}

static void kitty_do_push(struct screen *s) { kitty_push(kitty_here(s), param(s, 0)); }
static void kitty_do_pop(struct screen *s) { kitty_pop(kitty_here(s), count(s)); }

static void
xtmodkeys(struct screen *s)
{
	if (!s->parser.nparam)
		for (unsigned i = 0; i < MODIFIERS; i++)
			keys_modify(s, i, -1);
	else
		keys_modify(s, param(s, 0), s->parser.nparam > 1 ? (int)param(s, 1) : -1);
}

static void
xtmodkeys_off(struct screen *s)
{
	keys_modify(s, s->parser.nparam ? param(s, 0) : 2, 0);
}

/* Without prefix and intermediates. */
static handler *const plain[128] = {
	['@'] = ich, ['A'] = cuu, ['B'] = cud, ['C'] = cuf, ['D'] = cub, ['E'] = cnl, ['F'] = cpl, ['G'] = cha,
	['H'] = cup, ['I'] = cht, ['J'] = ed, ['K'] = el, ['L'] = il, ['M'] = dl, ['P'] = dch, ['S'] = su,
	['T'] = sd, ['X'] = ech, ['Z'] = cbt, ['^'] = sd,
	['`'] = cha, ['a'] = hpr, ['b'] = rep, ['c'] = da1, ['d'] = vpa,
	['e'] = vpr, ['f'] = cup, ['g'] = tbc, ['h'] = sm, ['l'] = rm, ['m'] = sgr, ['n'] = dsr, ['r'] = decstbm,
	['s'] = decslrm, ['t'] = window, ['u'] = decrc,
};

static const struct {
	char private, intermediate, final;
	handler *handler;
} others[] = {
	{ '?', 0, 'h', decset }, { '?', 0, 'l', decrst }, { '?', 0, 'J', decsed }, { '?', 0, 'K', decsel },
	{ '?', 0, 'm', xtqmodkeys }, { '?', 0, 'n', decdsr }, { '?', 0, 'u', kitty_query },
	{ '?', 0, 'S', xtsmgraphics }, { 0, '$', 'w', decrqpsr }, { 0, '"', 'v', decrqde }, { 0, '&', 'u', decrqupss },
	{ '?', '$', 'p', decrqm }, { 0, '$', 'p', rqm }, { 0, '!', 'p', decstr },
	{ '>', 0, 'c', da2 }, { '=', 0, 'c', da3 }, { '>', 0, 'q', xtversion },
	{ '>', 0, 'm', xtmodkeys }, { '>', 0, 'n', xtmodkeys_off },
	{ '=', 0, 'u', kitty_do_set }, { '>', 0, 'u', kitty_do_push }, { '<', 0, 'u', kitty_do_pop },
	{ 0, '"', 'p', decscl }, { 0, ' ', 'q', decscusr }, { 0, '"', 'q', decsca }, { 0, ' ', '@', sl },
	{ 0, ' ', 'A', sr },
	{ '>', '!', 'h', shifted },
	{ 0, '\'', '}', decic }, { 0, '\'', '~', decdc },
	{ 0, '$', 'v', rectangle_copy }, { 0, '$', 'x', rectangle_fill }, { 0, '$', 'z', decera },
	{ 0, '$', '{', decsera }, { 0, '$', 'r', deccara }, { 0, '$', 't', decrara },
	{ 0, '*', 'x', rectangle_extent }, { 0, '*', 'y', rectangle_checksum },
	{ 0, '#', 'y', rectangle_checksum_form }, { '?', 0, 's', xtsave }, { '?', 0, 'r', xtrestore },
};

void
csi_dispatch(struct screen *s, char final)
{
	const struct parser *p = &s->parser;
	char intermediate = p->nintermediate ? (char)p->intermediate[0] : 0;

	if (!p->private && !intermediate) {
		if (plain[(unsigned char)final])
			plain[(unsigned char)final](s);
		return;
	}
	if (p->nintermediate > 1)
		return;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].final == final && others[i].private == p->private &&
		    others[i].intermediate == intermediate) {
			others[i].handler(s);
			return;
		}
}
