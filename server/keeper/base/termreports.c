/* SPDX-License-Identifier: MIT */
#include "termreports.h"

#include <string.h>

#define ESC 0x1b
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define CSI_MAX 64 /* a control sequence that is longer is no report */

#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"
#define PASTE_LEN 6

enum verdict { MAY_BECOME, IS_REPORT, IS_PLACE, IS_PASTE, IS_STRING, IS_NONE };

static bool
is_digit(unsigned char b)
{
	return b >= '0' && b <= '9';
}

static bool
is_one_of(unsigned char b, const char *set)
{
	return b && strchr(set, b);
}

/* The parameters of a control sequence, from P to END: how many there are, the first two in *A and *B. */
static unsigned
count_params(const unsigned char *p, const unsigned char *end, unsigned *a, unsigned *b)
{
	unsigned n = 1, v[2] = { 0, 0 };

	for (; p < end; p++) {
		if (*p == ';')
			n++;
		else if (n <= 2 && v[n - 1] < 100000)
			v[n - 1] = v[n - 1] * 10 + (unsigned)(*p - '0');
	}
	*a = v[0];
	*b = v[1];
	return n;
}

/* CSI ROW ; COLUMN R.  With a modifier in place of the column it is F3. */
static enum verdict
judge_place(const unsigned char *p, const unsigned char *end)
{
	unsigned row, column, n = count_params(p, end, &row, &column);

	if (n != 2 || !row || !column)
		return IS_NONE;
	return row == 1 && column >= 2 && column <= 16 ? IS_PLACE : IS_REPORT;
}

/* A whole control sequence, its parameters from P to END; BETWEEN is its intermediate byte, or 0. */
static enum verdict
judge_csi(unsigned char private, const unsigned char *p, const unsigned char *end, unsigned char between,
          unsigned char final)
{
	if (between == '$')
		return final == 'y' && private != '>' ? IS_REPORT : IS_NONE;
	if (between)
		return final == (between == '"' ? 'w' : '{') && !private && p < end ? IS_REPORT : IS_NONE;
	if (private == '?')
		return is_one_of(final, "cnRuS") && p < end ? IS_REPORT : IS_NONE;
	if (private == '>')
		return is_one_of(final, "cm") && p < end ? IS_REPORT : IS_NONE;
	if (final == 'R')
		return judge_place(p, end);
	return is_one_of(final, "ntx") && p < end ? IS_REPORT : IS_NONE;
}

static enum verdict
look_at_csi(const unsigned char *h, size_t len)
{
	const unsigned char *p = h + 2, *end = h + len, *params, *params_end;
	unsigned char private = 0, between = 0;

	if (p < end && is_one_of(*p, "?>"))
		private = *p++;
	params = p;
	while (p < end && (is_digit(*p) || *p == ';'))
		p++;
	params_end = p;
	if (p < end && is_one_of(*p, "$\"*"))
		between = *p++;
	if (p == end)
		return len < CSI_MAX ? MAY_BECOME : IS_NONE;
	/* This is the last one: the bytes behind it would have been looked at apart. */
	if (len == PASTE_LEN && memcmp(h, PASTE_BEGIN, PASTE_LEN) == 0)
		return IS_PASTE;
	return judge_csi(private, params, params_end, between, *p);
}

static enum verdict
look_at_osc(const unsigned char *h, size_t len)
{
	size_t i = 2;

	while (i < len && is_digit(h[i]))
		i++;
	if (i == len)
		return len < 8 ? MAY_BECOME : IS_NONE;
	return (i > 2 && h[i] == ';') || (i == 2 && is_one_of(h[i], "lL")) ? IS_STRING : IS_NONE;
}

static enum verdict
look_at_dcs(const unsigned char *h, size_t len)
{
	static const char *const begins[] = { "$r", "$u", "+r", "!|", "!~", "!u", ">|" };
	size_t i = 2;

	while (i < len && (is_digit(h[i]) || h[i] == ';'))
		i++;
	if (i == len)
		return len < 16 ? MAY_BECOME : IS_NONE;
	for (size_t k = 0; k < sizeof begins / sizeof *begins; k++)
		if (h[i] == (unsigned char)begins[k][0]) {
			if (i + 1 == len)
				return MAY_BECOME;
			if (h[i + 1] == (unsigned char)begins[k][1])
				return IS_STRING;
		}
	return IS_NONE;
}

/* A sequence that begins with ESC, and whose last byte has just come. */
static enum verdict
look_at(const unsigned char *h, size_t len)
{
	if (len == 1)
		return MAY_BECOME;
	switch (h[1]) {
	case '[':
		return look_at_csi(h, len);
	case ']':
		return look_at_osc(h, len);
	case 'P':
		return look_at_dcs(h, len);
	case '_':
		return len == 2 ? MAY_BECOME : h[2] == 'G' ? IS_STRING : IS_NONE;
	default:
		return IS_NONE;
	}
}

static void
begin(struct termreports *r)
{
	r->state = TERMREPORTS_BEGUN;
	r->held[0] = ESC;
	r->len = 1;
}

/* A report is whole: keeps it, in case the terminal that answers goes before it has answered. */
static void
take_out(struct termreports *r, bool whole)
{
	if (whole && r->len <= sizeof r->kept - r->kept_len) {
		memcpy(r->kept + r->kept_len, r->held, r->len);
		r->kept_len += r->len;
	}
	r->len = 0;
	r->state = TERMREPORTS_KEYS;
}

/* The bytes that are held are no report, but the last one may begin another. */
static size_t
let_go(struct termreports *r, unsigned char *out)
{
	bool again = r->len > 1 && r->held[r->len - 1] == ESC;
	size_t n = r->len - again;

	memcpy(out, r->held, n);
	r->len = 0;
	r->state = TERMREPORTS_KEYS;
	if (again)
		begin(r);
	return n;
}

static size_t
go_on(struct termreports *r, unsigned char b, termreports_asked *asked, void *object, unsigned char *out)
{
	enum verdict v;
	size_t n;

	r->held[r->len++] = b;
	v = look_at(r->held, r->len);
	if (v == IS_REPORT && b == 'R')
		asked(object);
	else if (v == IS_PLACE)
		v = asked(object) ? IS_REPORT : IS_NONE;
	switch (v) {
	case MAY_BECOME:
		return 0;
	case IS_REPORT:
		take_out(r, true);
		return 0;
	case IS_STRING:
		r->state = TERMREPORTS_STRING;
		r->string_len = r->len;
		return 0;
	default:
		n = let_go(r, out);
		if (v == IS_PASTE) {
			r->state = TERMREPORTS_PASTE;
			r->paste_at = 0;
		}
		return n;
	}
}

/* A byte of a string, which goes nowhere. */
static void
in_string(struct termreports *r, unsigned char b)
{
	if (r->len < sizeof r->held)
		r->held[r->len++] = b;
	r->string_len++;
	if (r->state == TERMREPORTS_STRING_ESC && b != '\\') {
		/* Another sequence begins, and this one is over. */
		take_out(r, false);
		begin(r);
		r->held[r->len++] = b;
	} else if (b == BEL || r->state == TERMREPORTS_STRING_ESC) {
		take_out(r, r->string_len == r->len);
	} else if (b == ESC) {
		r->state = TERMREPORTS_STRING_ESC;
	} else if (b == CAN || b == SUB || r->string_len >= TERMREPORTS_STRING_MAX) {
		take_out(r, false);
	}
}

static void
in_paste(struct termreports *r, unsigned char b)
{
	static const char end[] = PASTE_END;

	if (b != (unsigned char)end[r->paste_at])
		r->paste_at = 0;
	if (b == (unsigned char)end[r->paste_at] && ++r->paste_at == PASTE_LEN)
		r->state = TERMREPORTS_KEYS;
}

static void
set_until(struct termreports *r, uint64_t now)
{
	if (r->state == TERMREPORTS_KEYS || r->state == TERMREPORTS_PASTE)
		r->until = 0;
	else
		r->until = now + (r->len <= 2 ? TERMREPORTS_KEY_MS : TERMREPORTS_REST_MS);
}

static size_t
run(struct termreports *r, const unsigned char *p, size_t len, termreports_asked *asked, void *object, unsigned char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char b = p[i];

		switch (r->state) {
		case TERMREPORTS_KEYS:
			if (b == ESC)
				begin(r);
			else
				out[n++] = b;
			break;
		case TERMREPORTS_BEGUN:
			n += go_on(r, b, asked, object, out + n);
			break;
		case TERMREPORTS_STRING:
		case TERMREPORTS_STRING_ESC:
			in_string(r, b);
			break;
		case TERMREPORTS_PASTE:
			out[n++] = b;
			in_paste(r, b);
			break;
		}
	}
	return n;
}

size_t
termreports_filter(struct termreports *r, const unsigned char *p, size_t len, uint64_t now, termreports_asked *asked, void *object,
               unsigned char *out)
{
	size_t n;

	if (r->passed)
		termreports_release(r, out);
	n = run(r, p, len, asked, object, out);
	set_until(r, now);
	return n;
}

size_t
termreports_watch(struct termreports *r, const unsigned char *p, size_t len, termreports_asked *asked, void *object,
              unsigned char *out)
{
	size_t n = run(r, p, len, asked, object, out);

	r->passed = !termreports_idle(r);
	r->kept_len = 0;
	return n;
}

size_t
termreports_release(struct termreports *r, unsigned char *out)
{
	size_t n = r->state == TERMREPORTS_BEGUN && !r->passed ? r->len : 0;

	memcpy(out, r->held, n);
	r->len = 0;
	r->until = 0;
	r->passed = false;
	if (r->state != TERMREPORTS_PASTE)
		r->state = TERMREPORTS_KEYS;
	return n;
}

bool
termreports_idle(const struct termreports *r)
{
	return r->state == TERMREPORTS_KEYS;
}
