/* SPDX-License-Identifier: MIT */
#include "control.h"

#include <string.h>

#include "answer.h"
#include "charset.h"
#include "cursor.h"
#include "edit.h"
#include "model.h"
#include "modes.h"

void
control_c0(struct screen *s, unsigned char b)
{
	s->repeatable = false;
	switch (b) {
	case '\b':
		cursor_left(s, 1);
		break;
	case '\t':
		cursor_tab(s, 1);
		break;
	case '\n':
	case '\v':
	case '\f':
		cursor_linefeed(s);
		if (mode(s, MODE_NEWLINE))
			cursor_return(s);
		break;
	case '\r':
		cursor_return(s);
		break;
	case 0x0e:
		s->charsets.gl = 1;
		break;
	case 0x0f:
		s->charsets.gl = 0;
		break;
	}
}

/* DECBI. */
static void
back_index(struct screen *s)
{
	if (s->x == s->left)
		edit_scroll_right(s, 1);
	else
		cursor_left(s, 1);
}

/* DECFI. */
static void
forward_index(struct screen *s)
{
	if (s->x == s->right)
		edit_scroll_left(s, 1);
	else
		cursor_right(s, 1);
}

/* SPA, EPA. */
static void
protect(struct screen *s, bool on)
{
	s->pen.attr = on ? s->pen.attr | STYLE_PROTECTED : s->pen.attr & ~STYLE_PROTECTED;
	s->pen_known = false;
	s->iso_protection = on || s->iso_protection;
}

static void
plain_escape(struct screen *s, char final)
{
	switch (final) {
	case '6':
		back_index(s);
		break;
	case '7':
		cursor_save(s);
		break;
	case '8':
		cursor_restore(s);
		break;
	case '9':
		forward_index(s);
		break;
	case '=':
		s->modes |= MODE_KEYPAD;
		break;
	case '>':
		s->modes &= ~(uint32_t)MODE_KEYPAD;
		break;
	case 'D':
		cursor_index(s);
		break;
	case 'E':
		cursor_index(s);
		cursor_return(s);
		break;
	case 'H':
		s->tabs[s->x] = 1;
		break;
	case 'M':
		cursor_reverse_index(s);
		break;
	case 'N':
		s->single = 2;
		break;
	case 'O':
		s->single = 3;
		break;
	case 'V':
	case 'W':
		protect(s, final == 'V');
		break;
	case 'Z':
		answer_device(s, 0);
		break;
	case 'c':
		modes_hard_reset(s);
		break;
	case 'n':
		s->charsets.gl = 2;
		break;
	case 'o':
		s->charsets.gl = 3;
		break;
	}
}

void
control_escape(struct screen *s, const unsigned char *intermediate, unsigned n, char final)
{
	static const char designators[] = "()*+";
	const char *g;

	if (n == 0) {
		plain_escape(s, final);
	} else if (n == 1 && (g = strchr(designators, intermediate[0]))) {
		charset_designate(&s->charsets, (unsigned)(g - designators), final);
	} else if (n == 1 && intermediate[0] == '#' && final == '8') {
		edit_align(s);
	} else if (n == 1 && intermediate[0] == '%' && (final == '@' || final == 'G')) {
		charset_designate(&s->charsets, 0, 'B');
		s->charsets.gl = 0;
	}
}
