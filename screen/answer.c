/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "model.h"
#include "modes.h"
#include "sgr.h"

#define ANSWER_MAX 256

/* What stands before each answer that is kept. */
struct answer_head {
	size_t at;  /* bytes of what was fed last, up to the query's end */
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
say(struct screen *s, const char *format, ...)
{
	char buf[ANSWER_MAX];
	struct answers *a = &s->answers;
	struct answer_head head;
	va_list ap;
	int n;

	if (!a->on)
		return;
	if (!a->bytes && !(a->bytes = malloc(SCREEN_ANSWERS_MAX)))
		return;
	va_start(ap, format);
	n = vsnprintf(buf, sizeof buf, format, ap);
	va_end(ap);
	if (n <= 0 || (size_t)n >= sizeof buf || a->len + sizeof head + (size_t)n > SCREEN_ANSWERS_MAX)
		return;
	head = (struct answer_head){ .at = (size_t)(s->here - s->fed), .len = (size_t)n };
	memcpy(a->bytes + a->len, &head, sizeof head);
	memcpy(a->bytes + a->len + sizeof head, buf, (size_t)n);
	a->len += sizeof head + (size_t)n;
}

void
screen_answer(struct screen *s, bool on)
{
	s->answers.on = on;
	if (!on)
		s->answers.len = 0;
}

size_t
screen_take_answer(struct screen *s, void *buf, size_t cap, size_t *at)
{
	struct answers *a = &s->answers;
	struct answer_head head;
	size_t taken;

	if (!a->len)
		return 0;
	memcpy(&head, a->bytes, sizeof head);
	if (head.len > cap)
		return 0;
	memcpy(buf, a->bytes + sizeof head, head.len);
	*at = head.at;
	taken = sizeof head + head.len;
	memmove(a->bytes, a->bytes + taken, a->len - taken);
	a->len -= taken;
	if (!a->len) {
		free(a->bytes);
		a->bytes = NULL;
	}
	return head.len;
}

size_t
screen_take_answers(struct screen *s, void *buf, size_t cap)
{
	size_t n, len = 0, at;

	while ((n = screen_take_answer(s, (char *)buf + len, cap - len, &at)) > 0)
		len += n;
	return len;
}

void
answer_device(struct screen *s, char private)
{
	switch (private) {
	case 0:
		say(s, "\033[?62;22c"); /* VT220 with colour */
		break;
	case '>':
		say(s, "\033[>0;276;0c"); /* as xterm: programs read its version from this */
		break;
	case '=':
		say(s, "\033P!|00000000\033\\");
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
		say(s, "\033[0n");
	else if (what == 6)
		say(s, private ? "\033[?%u;%uR" : "\033[%u;%uR", y, x);
}

void
answer_mode(struct screen *s, char private, unsigned number)
{
	say(s, "\033[%s%u;%u$y", private ? "?" : "", number, modes_report(s, private, number));
}

void
answer_kitty(struct screen *s)
{
	say(s, "\033[?%uu", kitty_flags(&s->kitty[s->alternate != NULL]));
}

void
answer_modifiers(struct screen *s, unsigned resource)
{
	if (resource <= 4)
		say(s, "\033[>%u;%um", resource, s->modifiers[resource] > 0 ? (unsigned)s->modifiers[resource] : 0);
}

void
answer_version(struct screen *s)
{
	say(s, "\033P>|holdfast\033\\");
}

void
answer_size(struct screen *s)
{
	say(s, "\033[8;%u;%ut", s->rows, s->cols);
}

void
answer_setting(struct screen *s, const char *text, size_t len)
{
	char sgr[SGR_MAX];

	if (len == 1 && *text == 'm') {
		sgr[sgr_params(&s->pen, sgr)] = '\0';
		say(s, "\033P1$r%sm\033\\", sgr);
	} else if (len == 1 && *text == 'r') {
		say(s, "\033P1$r%u;%ur\033\\", s->top + 1, s->bottom + 1);
	} else if (len == 1 && *text == 's') {
		say(s, "\033P1$r%u;%us\033\\", s->left + 1, s->right + 1);
	} else if (len == 2 && memcmp(text, " q", 2) == 0) {
		say(s, "\033P1$r%u q\033\\", s->shape);
	} else if (len == 2 && memcmp(text, "\"q", 2) == 0) {
		say(s, "\033P1$r%u\"q\033\\", s->pen.attr & STYLE_PROTECTED ? 1u : 0u);
	} else if (len == 2 && memcmp(text, "\"p", 2) == 0) {
		say(s, "\033P1$r62;1\"p\033\\");
	} else {
		say(s, "\033P0$r\033\\");
	}
}

void
answer_colour(struct screen *s, unsigned number, unsigned index, uint32_t rgb)
{
	unsigned r = rgb >> 16 & 0xff, g = rgb >> 8 & 0xff, b = rgb & 0xff;

	if (number == 4)
		say(s, "\033]4;%u;rgb:%02x%02x/%02x%02x/%02x%02x\033\\", index, r, r, g, g, b, b);
	else
		say(s, "\033]%u;rgb:%02x%02x/%02x%02x/%02x%02x\033\\", number, r, r, g, g, b, b);
}
