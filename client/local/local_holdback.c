/* SPDX-License-Identifier: MIT */
#include "local_holdback.h"

#include <string.h>

enum { GROUND, UTF8, ESC, ESC_MORE, CSI, STRING, STRING_ESC };

#define CHAR_CAN 0x18
#define CHAR_SUB 0x1a
#define CHAR_ESC 0x1b
#define CHAR_BEL 0x07
#define C1_LEAD 0xc2 /* U+0080 to U+009F begin with it; the second byte is */
#define C1_LAST 0x9f /* 0x80 to this … */
#define C1_ST 0x9c
#define C1_TO_ESC 0x40 /* … and so much more than the byte behind ESC that means the same */

static void
number_done(struct local_holdback *t)
{
	if (t->number == 47 || t->number == 1047 || t->number == 1049)
		t->wanted = true;
	t->number = 0;
}

static void
csi(struct local_holdback *t, unsigned char c)
{
	if (c >= '0' && c <= '9') {
		if (t->number < 100000)
			t->number = t->number * 10 + (unsigned)(c - '0');
	} else if (c >= '<' && c <= '?') {
		t->kind = c;
	} else if (c == ';') {
		number_done(t);
	} else if (c >= 0x40 && c <= 0x7e) {
		number_done(t);
		if (t->kind == '?' && t->wanted && (c == 'h' || c == 'l'))
			t->alternate = c == 'h';
		t->state = GROUND;
	}
}

static void
escape(struct local_holdback *t, unsigned char c)
{
	if (c == '[') {
		t->state = CSI;
		t->kind = 0;
		t->number = 0;
		t->wanted = false;
	} else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_') {
		t->state = STRING;
	} else if (c >= 0x20 && c <= 0x2f) {
		t->state = ESC_MORE;
	} else if (c >= 0x30 && c <= 0x7e) {
		if (c == 'c')
			t->alternate = false;
		t->state = GROUND;
	}
}

/* A C1 control has come as a character, C its second byte. */
static void
c1(struct local_holdback *t, unsigned char c)
{
	if (t->state == STRING || t->state == STRING_ESC) {
		t->state = c == C1_ST ? GROUND : STRING;
		return;
	}
	t->state = ESC;
	escape(t, c - C1_TO_ESC);
}

/* One byte that is no ESC, in any state but GROUND. */
static void
inside(struct local_holdback *t, unsigned char c)
{
	bool lead = t->lead;

	t->lead = c == C1_LEAD && t->state != UTF8;
	if (lead && c >= 0x80 && c <= C1_LAST) {
		c1(t, c);
	} else if (t->state == UTF8) {
		if (c >= 0x80 && c < 0xc0 && --t->more)
			return;
		t->state = GROUND;
	} else if (c == CHAR_CAN || c == CHAR_SUB || (t->state == STRING && c == CHAR_BEL)) {
		t->state = GROUND;
	} else if (t->state == STRING_ESC) {
		/* ESC \ ends the string; any other ESC sequence breaks it off. */
		t->state = ESC;
		escape(t, c);
	} else if (t->state == ESC) {
		escape(t, c);
	} else if (t->state == ESC_MORE) {
		if (c >= 0x30 && c <= 0x7e)
			t->state = GROUND;
	} else if (t->state == CSI) {
		csi(t, c);
	}
}

/* The begin of a UTF-8 character of several bytes at C, in GROUND. */
static unsigned
utf8_more(unsigned char c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return 1;
	if (c >= 0xe0 && c <= 0xef)
		return 2;
	return c >= 0xf0 && c <= 0xf4 ? 3 : 0;
}

/* Where a C1 control is that begins a sequence or a string, in LEN bytes of text at P; NULL: nowhere. */
static const unsigned char *
find_c1(const unsigned char *p, size_t len)
{
	const unsigned char *end = p + len;

	for (; (p = memchr(p, C1_LEAD, (size_t)(end - p))) && p + 1 < end; p++)
		if (p[1] == 0x90 || p[1] == 0x98 || p[1] == 0x9b || (p[1] >= 0x9d && p[1] <= C1_LAST))
			return p;
	return NULL;
}

/* From I in GROUND: to the next ESC or such a C1 control, or to an unfinished character at the end. */
static size_t
skip_ground(struct local_holdback *t, const unsigned char *data, size_t i, size_t len)
{
	const unsigned char *esc = memchr(data + i, CHAR_ESC, len - i);
	const unsigned char *control = find_c1(data + i, esc ? (size_t)(esc - data) - i : len - i);
	size_t back;

	t->lead = control != NULL;
	if (esc || control)
		return (size_t)((control ? control : esc) - data);
	for (back = 1; back <= 3 && back <= len - i; back++) {
		unsigned more = utf8_more(data[len - back]);

		if (more >= back) {
			t->state = UTF8;
			t->lead = data[len - back] == C1_LEAD;
			t->more = (unsigned char)(more - (back - 1));
			return len - back;
		}
		if (data[len - back] < 0x80)
			break;
	}
	return len;
}

/* Where an unfinished sequence begins: LEN if there is none, 0 too if it began before DATA. */
static size_t
scan(struct local_holdback *t, const unsigned char *data, size_t len, bool *finished)
{
	size_t begun = 0;

	*finished = t->state == GROUND;
	for (size_t i = 0; i < len; i++) {
		if (t->state == GROUND) {
			*finished = true;
			begun = i = skip_ground(t, data, i, len);
			if (i == len || t->state == UTF8)
				return begun;
			t->state = ESC;
		} else if (data[i] == CHAR_ESC) {
			t->lead = false;
			/* Two ESCs are one; else it breaks off what is there and is part of the same piece. */
			t->state = t->state == STRING || t->state == STRING_ESC ? STRING_ESC : ESC;
		} else {
			inside(t, data[i]);
		}
	}
	if (t->state != GROUND)
		return begun;
	*finished = true;
	return len;
}

static void
give(struct local_holdback *t, unsigned char *held, size_t *held_len)
{
	memcpy(held, t->buf, t->len);
	*held_len = t->len;
	t->len = 0;
}

void
local_holdback_feed(struct local_holdback *t, const unsigned char *data, size_t len, unsigned char *held, size_t *held_len,
                size_t *now)
{
	bool finished;
	size_t from = scan(t, data, len, &finished);

	*held_len = 0;
	*now = from;
	if (finished) {
		give(t, held, held_len);
		t->passed = false;
	} else {
		*now = from = 0;
	}
	if (t->passed || t->len + (len - from) > HOLDBACK_CAP) {
		if (!finished)
			give(t, held, held_len);
		*now = len;
		t->passed = t->state != GROUND;
		return;
	}
	memcpy(t->buf + t->len, data + from, len - from);
	t->len += len - from;
}

bool
local_holdback_inside(const struct local_holdback *t)
{
	return t->passed;
}

void
local_holdback_drop(struct local_holdback *t, bool *broken)
{
	*broken = t->passed;
	t->passed = false;
	t->lead = false;
	t->state = GROUND;
	t->len = 0;
}
