/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <string.h>

#include "answer_queue.h"
#include "keys.h"
#include "model.h"
#include "modes.h"
#include "sgr.h"

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

void
answer_status(struct screen *s, char private, unsigned what)
{
	unsigned y = s->y + 1, x = s->x + 1;

	if (mode(s, MODE_ORIGIN)) {
		y -= s->top;
		x -= s->left;
	}
	if (what == 5 && !private)
		answer_queue(s, "\033[0n");
	else if (what == 6)
		answer_queue(s, private ? "\033[?%u;%uR" : "\033[%u;%uR", y, x);
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
	if (resource <= 4)
		answer_queue(s, "\033[>%u;%um", resource, s->modifiers[resource] > 0 ? (unsigned)s->modifiers[resource] : 0);
}

void
answer_version(struct screen *s)
{
	answer_queue(s, "\033P>|holdfast\033\\");
}

void
answer_size(struct screen *s)
{
	answer_queue(s, "\033[8;%u;%ut", s->rows, s->cols);
}

void
answer_setting(struct screen *s, const char *text, size_t len)
{
	char sgr[SGR_MAX];

	if (len == 1 && *text == 'm') {
		sgr[sgr_params(&s->pen, sgr)] = '\0';
		answer_queue(s, "\033P1$r%sm\033\\", sgr);
	} else if (len == 1 && *text == 'r') {
		answer_queue(s, "\033P1$r%u;%ur\033\\", s->top + 1, s->bottom + 1);
	} else if (len == 1 && *text == 's') {
		answer_queue(s, "\033P1$r%u;%us\033\\", s->left + 1, s->right + 1);
	} else if (len == 2 && memcmp(text, " q", 2) == 0) {
		answer_queue(s, "\033P1$r%u q\033\\", s->shape);
	} else if (len == 2 && memcmp(text, "\"q", 2) == 0) {
		answer_queue(s, "\033P1$r%u\"q\033\\", s->pen.attr & STYLE_PROTECTED ? 1u : 0u);
	} else if (len == 2 && memcmp(text, "\"p", 2) == 0) {
		answer_queue(s, "\033P1$r62;1\"p\033\\");
	} else {
		answer_queue(s, "\033P0$r\033\\");
	}
}
