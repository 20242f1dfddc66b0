/* SPDX-License-Identifier: MIT */
#include "parser.h"

#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "csi.h"
#include "image.h"
#include "model.h"
#include "print.h"
#include "strings.h"
#include "utf8.h"

#define NUL_TO_US 0x20
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define BEL 0x07
#define DEL 0x7f
#define C1_LEAD 0xc2 /* U+0080 to U+009F begin with it */
#define ST 0x9c

void
parser_free(struct parser *p)
{
	free(p->string);
	*p = (struct parser){ .state = PARSER_GROUND };
}

static void
enter_escape(struct parser *p)
{
	p->state = PARSER_ESCAPE;
	p->nintermediate = 0;
}

static void
enter_csi(struct parser *p)
{
	p->state = PARSER_CSI;
	p->nintermediate = 0;
	p->private = 0;
	p->toomany = false;
	p->nparam = 0;
	p->sub = 0;
}

static void
enter_string(struct parser *p, char kind)
{
	p->state = PARSER_STRING;
	p->kind = kind;
	p->string_len = 0;
	p->overflow = false;
	p->control = false;
	p->image = 0;
	p->bands = 0;
}

static void
collect(struct parser *p, unsigned char b)
{
	if (p->nintermediate < INTERMEDIATES_MAX) {
		p->intermediate[p->nintermediate++] = b;
	} else {
		memset(p->intermediate, ' ', sizeof p->intermediate);
		p->nintermediate = INTERMEDIATES_MAX + 1;
	}
}

/* A C0 control, in any state but strings. */
static void
control(struct screen *s, unsigned char b)
{
	struct parser *p = &s->parser;

	if (b == ESC) {
		enter_escape(p);
	} else if (b == CAN || b == SUB) {
		p->state = PARSER_GROUND;
		s->repeatable = false;
	} else {
		control_c0(s, b);
	}
}

static void
next_param(struct parser *p, bool sub)
{
	if (!p->nparam)
		p->param[p->nparam++] = 0;
	if (p->nparam == PARAMS_MAX) {
		p->toomany = true;
		return;
	}
	if (sub)
		p->sub |= UINT32_C(1) << p->nparam;
	p->param[p->nparam++] = 0;
}

static void
digit(struct parser *p, unsigned value)
{
	unsigned v;

	if (p->toomany)
		return;
	if (!p->nparam)
		p->param[p->nparam++] = 0;
	v = p->param[p->nparam - 1] * 10u + value;
	p->param[p->nparam - 1] = (uint16_t)(v < PARAM_MAX ? v : PARAM_MAX);
}

static void
csi_ignore(struct parser *p)
{
	enter_csi(p);
	p->state = PARSER_CSI_IGNORE;
}

/* A byte of a control sequence from 0x20 to 0x3f. */
static void
csi_byte(struct parser *p, unsigned char b)
{
	if (b < 0x30) {
		collect(p, b);
	} else if (p->nintermediate) {
		csi_ignore(p);
	} else if (b <= '9') {
		digit(p, b - '0');
	} else if (b <= ';') {
		next_param(p, b == ':');
	} else if (p->nparam || p->private) {
		csi_ignore(p);
	} else {
		p->private = (char)b;
	}
}

/* The first byte of what may be a C1 control has come, within a sequence or a string. */
static void
begin_lead(struct parser *p)
{
	p->utf8[0] = C1_LEAD;
	p->utf8_n = 1;
	p->utf8_need = 2;
}

static const unsigned char *
feed_csi(struct screen *s, const unsigned char *p, const unsigned char *end)
{
	struct parser *parser = &s->parser;

	while (p < end) {
		unsigned char b = *p++;

		if (b >= '0' && b <= '9' && parser->nparam && !parser->nintermediate) {
			digit(parser, b - '0');
		} else if (b >= 0x40 && b < DEL) {
			parser->state = PARSER_GROUND;
			s->here = p;
			if (parser->nintermediate <= INTERMEDIATES_MAX)
				csi_dispatch(s, (char)b);
			s->repeatable = false;
			return p;
		} else if (b >= 0x20 && b < 0x40) {
			csi_byte(parser, b);
			if (parser->state != PARSER_CSI)
				return p;
		} else if (b < NUL_TO_US) {
			control(s, b);
			if (parser->state != PARSER_CSI)
				return p;
		} else if (b == C1_LEAD) {
			begin_lead(parser);
			return p;
		}
	}
	return p;
}

static void
feed_csi_ignore(struct screen *s, unsigned char b)
{
	if (b < NUL_TO_US) {
		control(s, b);
	} else if (b == C1_LEAD) {
		begin_lead(&s->parser);
	} else if (b >= 0x40 && b < DEL) {
		s->parser.state = PARSER_GROUND;
		s->repeatable = false;
	}
}

static void
feed_escape(struct screen *s, unsigned char b)
{
	struct parser *p = &s->parser;

	if (b < NUL_TO_US) {
		control(s, b);
	} else if (b < 0x30) {
		collect(p, b);
	} else if (b >= DEL) {
		if (b == C1_LEAD)
			begin_lead(p);
	} else if (p->nintermediate == 0 && b == '[') {
		enter_csi(p);
	} else if (p->nintermediate == 0 && strchr("]PX^_", b)) {
		enter_string(p, (char)b);
	} else {
		p->state = PARSER_GROUND;
		s->repeatable = false;
		if (p->nintermediate <= INTERMEDIATES_MAX)
			control_escape(s, p->intermediate, p->nintermediate, (char)b);
	}
}

static void
overflow(struct parser *p)
{
	p->overflow = true;
	p->image = 0;
	p->string_len = 0;
	if (p->kind != ']')
		p->kind = 'X';
}

/* Another byte of a DCS or SOS has come: whether it is tmux's control mode, or can be nothing of interest. */
static void
look_for_control_mode(struct parser *p)
{
	bool begins = p->string_len <= PARSER_CONTROL_MODE_LEN &&
	              memcmp(p->string, PARSER_CONTROL_MODE, p->string_len) == 0;

	if (begins && p->string_len == PARSER_CONTROL_MODE_LEN) {
		overflow(p);
		p->control = true;
	} else if (!begins && p->kind == 'X' && (p->string_len > 1 || p->string[0] != '_')) {
		overflow(p);
	}
}

/* A byte of a string that is kept. */
static void
keep(struct parser *p, unsigned char b)
{
	bool link = p->kind == ']' && p->string_len >= 2 && p->string[0] == '8' && p->string[1] == ';';
	unsigned cap = p->string_cap ? p->string_cap * 2 : 64;
	char *string;

	if (p->image && !image_takes(p, b))
		return;
	if (p->string_len == 0 && p->kind == ']' && (b < '0' || b > '9') && b != '_') {
		overflow(p);
		return;
	}
	if (p->string_len == (link ? STRING_LINK_MAX : STRING_MAX)) {
		overflow(p);
		return;
	}
	if (p->string_len == p->string_cap) {
		string = realloc(p->string, cap);
		if (!string) {
			overflow(p);
			return;
		}
		p->string = string;
		p->string_cap = cap;
	}
	p->string[p->string_len++] = (char)b;
	if (!p->image && p->string_len <= IMAGE_BEGIN_MAX)
		image_look(p);
	if (p->image)
		return;
	if (p->kind == ']' && p->string[0] == '_' && p->string_len > 1)
		overflow(p);
	if ((p->kind == 'P' || p->kind == 'X') && p->string_len <= PARSER_CONTROL_MODE_LEN)
		look_for_control_mode(p);
}

static void
end_string(struct screen *s)
{
	struct parser *p = &s->parser;

	s->repeatable = false;
	if (p->image)
		image_show(s);
	else if (!p->overflow)
		strings_dispatch(s, p->kind, p->string_len ? p->string : "", p->string_len);
	p->string_len = 0;
	if (p->string_cap > STRING_MAX / 4) {
		free(p->string);
		p->string = NULL;
		p->string_cap = 0;
	}
}

/* Whether B means nothing within a string. */
static bool
is_dropped(const struct parser *p, unsigned char b)
{
	return b == DEL || (b < NUL_TO_US && b != ESC && b != CAN && b != SUB && (b != BEL || p->kind != ']'));
}

static void
feed_string(struct screen *s, unsigned char b)
{
	struct parser *p = &s->parser;

	if (b == C1_LEAD) {
		begin_lead(p);
		return;
	}
	if (b >= NUL_TO_US && b != DEL) {
		if (!p->overflow)
			keep(p, b);
		return;
	}
	if (b == ESC) {
		end_string(s);
		enter_escape(p);
	} else if (b == BEL && p->kind == ']') {
		end_string(s);
		p->state = PARSER_GROUND;
	} else if (b == CAN || b == SUB) {
		p->state = PARSER_GROUND;
		p->string_len = 0;
		s->repeatable = false;
	}
}

/* Whether the character at P is a C1 control. */
static bool
is_c1(const unsigned char *p)
{
	return p[0] == C1_LEAD && p[1] < 0xa0;
}

/* A C1 control that came as a character, B its second byte: what it is as ESC and a byte below. */
static void
c1(struct screen *s, unsigned char b)
{
	enter_escape(&s->parser);
	feed_escape(s, b - 0x40);
}

/* The byte behind a C1_LEAD within a sequence or a string.  False: B has still to be looked at. */
static bool
feed_lead(struct screen *s, unsigned char b)
{
	struct parser *p = &s->parser;

	/* It might as well not be there. */
	if (p->state == PARSER_STRING && is_dropped(p, b))
		return true;
	p->utf8_n = 0;
	if (p->state == PARSER_STRING) {
		if (b == ST) {
			end_string(s);
			p->state = PARSER_GROUND;
			return true;
		}
		if (!p->overflow)
			keep(p, C1_LEAD);
	} else if (b >= 0x80 && b < 0xa0) {
		c1(s, b);
		return true;
	}
	return false;
}

/* A byte of a character that began before.  False: B is none of it and has still to be looked at. */
static bool
feed_utf8(struct screen *s, unsigned char b)
{
	struct parser *p = &s->parser;
	bool fits = p->utf8_n == 1 ? utf8_second(p->utf8[0], b) : (b & 0xc0) == 0x80;
	unsigned len;

	if (!fits) {
		print_code(s, utf8_raw(p->utf8, p->utf8_n));
		p->utf8_n = 0;
		return false;
	}
	p->utf8[p->utf8_n++] = b;
	if (p->utf8_n == p->utf8_need) {
		p->utf8_n = 0;
		if (is_c1(p->utf8))
			c1(s, p->utf8[1]);
		else
			print_code(s, utf8_get(p->utf8, &len));
	}
	return true;
}

/* A byte that is not ASCII, or the start of a run of such characters. */
static const unsigned char *
feed_high(struct screen *s, const unsigned char *p, const unsigned char *end)
{
	while (p < end && *p >= 0x80) {
		unsigned need = utf8_length(*p), have = 1;
		size_t wide = PRINT_WIDE_BEGINS(*p) ? print_wide(s, p, (size_t)(end - p)) : 0;

		if (wide) {
			p += wide;
			continue;
		}
		if (!need) {
			print_code(s, utf8_raw(p, 1));
			p++;
			continue;
		}
		while (have < need && p + have < end &&
		    (have == 1 ? utf8_second(p[0], p[1]) : (p[have] & 0xc0) == 0x80))
			have++;
		if (have == need && is_c1(p)) {
			s->here = p + have;
			c1(s, p[1]);
			return p + have;
		} else if (have == need) {
			print_code(s, utf8_get(p, &need));
		} else if (p + have == end) {
			memcpy(s->parser.utf8, p, have);
			s->parser.utf8_n = (unsigned char)have;
			s->parser.utf8_need = (unsigned char)need;
		} else {
			print_code(s, utf8_raw(p, have));
		}
		p += have;
	}
	return p;
}

static const unsigned char *
feed_ground(struct screen *s, const unsigned char *p, const unsigned char *end)
{
	size_t n = print_run_length(p, (size_t)(end - p));

	if (n) {
		print_ascii(s, p, n);
		return p + n;
	}
	/* The most frequent of all at once. */
	if (*p == ESC && end - p > 1 && p[1] == '[') {
		enter_csi(&s->parser);
		return feed_csi(s, p + 2, end);
	}
	if (*p >= 0x80)
		return feed_high(s, p, end);
	if (*p != DEL)
		control(s, *p);
	return p + 1;
}

void
parser_feed(struct screen *s, const unsigned char *p, size_t len)
{
	const unsigned char *end = p + len;

	s->fed = s->here = p;
	while (p < end) {
		if (s->parser.utf8_n) {
			s->here = p + 1;
			if (s->parser.state == PARSER_GROUND ? feed_utf8(s, *p) : feed_lead(s, *p))
				p++;
			continue;
		}
		switch (s->parser.state) {
		case PARSER_GROUND:
			p = feed_ground(s, p, end);
			break;
		case PARSER_ESCAPE:
			s->here = p + 1;
			feed_escape(s, *p++);
			break;
		case PARSER_CSI:
			p = feed_csi(s, p, end);
			break;
		case PARSER_CSI_IGNORE:
			feed_csi_ignore(s, *p++);
			break;
		case PARSER_STRING:
			s->here = p + 1;
			feed_string(s, *p++);
			break;
		}
	}
}
