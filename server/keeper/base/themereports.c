/* SPDX-License-Identifier: MIT */
#include "themereports.h"

#include <string.h>

#include "rgbspec.h"
#include "termreports.h"

#define ESC 0x1b
#define BEL 0x07

enum verdict { IS_NONE, MAY_BECOME, IS_ANSWER };

struct answer {
	unsigned n;
	uint32_t colour;
};

/* Where a look at the bytes that are held has come to. */
struct look {
	const unsigned char *p, *end;
};

/* TEXT comes next: IS_ANSWER, and it is passed; else whether it may still come. */
static enum verdict
expect(struct look *l, const char *text)
{
	size_t left = (size_t)(l->end - l->p), len = strlen(text);

	if (memcmp(l->p, text, left < len ? left : len) != 0)
		return IS_NONE;
	if (left < len)
		return MAY_BECOME;
	l->p += len;
	return IS_ANSWER;
}

static enum verdict
expect_part(struct look *l, unsigned *part)
{
	size_t n = rgbspec_part(l->p, (size_t)(l->end - l->p), part);

	l->p += n;
	if (l->p == l->end)
		return MAY_BECOME;
	return n ? IS_ANSWER : IS_NONE;
}

/* The three parts of a colour, with ALPHA a fourth one. */
static enum verdict
expect_colour(struct look *l, bool alpha, uint32_t *colour)
{
	unsigned part[4] = { 0 };

	for (unsigned i = 0; i < (alpha ? 4u : 3u); i++) {
		enum verdict v = i ? expect(l, "/") : IS_ANSWER;

		if (v == IS_ANSWER)
			v = expect_part(l, &part[i]);
		if (v != IS_ANSWER)
			return v;
	}
	*colour = THEME_KNOWN | part[0] << 16 | part[1] << 8 | part[2];
	return IS_ANSWER;
}

static enum verdict
look_at(const unsigned char *held, size_t len, struct answer *a)
{
	struct look l = { held, held + len };
	bool alpha = false;
	enum verdict v = expect(&l, "\033]1");

	if (v == IS_ANSWER && l.p == l.end)
		return MAY_BECOME;
	if (v != IS_ANSWER)
		return v;
	if (*l.p < '0' || *l.p >= '0' + THEME_COLOURS)
		return IS_NONE;
	a->n = (unsigned)(*l.p++ - '0');
	v = expect(&l, ";rgb");
	if (v == IS_ANSWER && l.p < l.end && *l.p == 'a') {
		alpha = true;
		l.p++;
	}
	if (v == IS_ANSWER)
		v = expect(&l, ":");
	if (v == IS_ANSWER)
		v = expect_colour(&l, alpha, &a->colour);
	if (v != IS_ANSWER)
		return v;
	return *l.p == BEL ? IS_ANSWER : expect(&l, "\033\\");
}

bool
themereports_is_key(const struct themereports *r)
{
	return r->len == 1 && !r->esc_gone;
}

static void
empty(struct themereports *r)
{
	r->len = 0;
	r->esc_gone = false;
}

size_t
themereports_release(struct themereports *r, unsigned char *out)
{
	size_t gone = r->esc_gone ? 1 : 0, n = r->len - gone;

	memcpy(out, r->held + gone, n);
	r->esc_lately = n == 1 && *out == ESC;
	r->until = 0;
	empty(r);
	return n;
}

/* The bytes that are held are no answer; the last of them may begin another. */
static size_t
let_go(struct themereports *r, unsigned char *out)
{
	size_t n, again = 0;

	if (r->len > 1 && r->held[r->len - 1] == ESC)
		again = 1;
	else if (r->len > 2 && r->held[r->len - 2] == ESC && r->held[r->len - 1] == ']')
		again = 2;
	r->len -= again;
	n = themereports_release(r, out);
	r->esc_lately = false;
	memcpy(r->held, "\033]", again);
	r->len = again;
	return n;
}

static size_t
take(struct themereports *r, unsigned char b, themereports_is_for_program *is_for_program, void *object,
     unsigned char *out)
{
	struct answer a;

	if (!r->len && b != ESC) {
		bool begins = r->esc_lately && b == ']';

		r->esc_lately = false;
		*out = b;
		if (!begins)
			return 1;
		r->held[r->len++] = ESC;
		r->esc_gone = true;
	}
	r->held[r->len++] = b;
	switch (look_at(r->held, r->len, &a)) {
	case MAY_BECOME:
		/* The longest answer is shorter. */
		return r->len < sizeof r->held ? 0 : let_go(r, out);
	case IS_ANSWER:
		if (is_for_program(object, a.n, a.colour))
			return let_go(r, out);
		empty(r);
		return 0;
	default:
		return let_go(r, out);
	}
}

size_t
themereports_filter(struct themereports *r, const unsigned char *p, size_t len, uint64_t now,
                    themereports_is_for_program *is_for_program, void *object, unsigned char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += take(r, p[i], is_for_program, object, out + n);
	r->until = !r->len ? 0 : now + (r->len - r->esc_gone <= 2 ? TERMREPORTS_KEY_MS : TERMREPORTS_REST_MS);
	return n;
}
