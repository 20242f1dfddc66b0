/* SPDX-License-Identifier: MIT */
#include "skip_lines.h"

#include <stdbool.h>
#include <string.h>

#include "model.h"
#include "print.h"
#include "skip_blocks.h"
#include "skip_scan.h"

#define COUNTED 4080 /* bytes, of which newlines are counted at once */

/* The cursor's column while lines are read; COLS: a wrap is pending in the last one. */
struct column {
	const struct screen *s;
	unsigned at;
};

/* How far P is nothing but lines, if the first KNOWN bytes are. */
static size_t
lines_length(const unsigned char *p, size_t len, size_t known)
{
	size_t i = known + skip_blocks_lines(p + known, len - known), n;

	for (;;) {
		i += skip_plain_length(p + i, len - i);
		n = skip_sgr_length(p + i, len - i);
		if (!n)
			return i;
		i += n;
	}
}

/* Where the last COUNT lines of P begin, or 0. */
static size_t
last_lines(const unsigned char *p, size_t len, size_t count)
{
	const unsigned char *lf;
	size_t n;

	while (len > COUNTED && (n = skip_blocks_newlines(p + len - COUNTED, COUNTED)) < count) {
		count -= n;
		len -= COUNTED;
	}
	lf = p + len;

	while (count-- && lf)
		lf = memrchr(p, '\n', (size_t)(lf - p));
	return lf ? (size_t)(lf + 1 - p) : 0;
}

static void
print(struct column *c, size_t n)
{
	unsigned cols = c->s->cols;

	if (n <= cols - c->at)
		c->at += (unsigned)n;
	else if (mode(c->s, MODE_WRAP))
		c->at = (unsigned)((c->at + n - 1) % cols) + 1;
	else
		c->at = cols;
}

static void
control(struct column *c, unsigned char b)
{
	unsigned last = c->s->cols - 1, x = c->at < last ? c->at : last;

	switch (b) {
	case '\r':
		c->at = 0;
		break;
	case '\n':
	case '\v':
	case '\f':
		c->at = mode(c->s, MODE_NEWLINE) ? 0 : x;
		break;
	case '\b':
		c->at = x ? x - 1 : 0;
		break;
	case '\t':
		if (c->at > last)
			break;
		while (x < last && !c->s->tabs[++x])
			;
		c->at = x;
		break;
	}
}

/* The column behind LEN bytes of lines.  False: it depends on more than is known here. */
static bool
follow(struct column *c, const unsigned char *p, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = print_run_length(p + i, len - i);
		print(c, n);
		i += n;
		if (i == len)
			break;
		if (p[i] == SKIP_ESC) {
			i += skip_sgr_length(p + i, len - i);
		} else if (p[i] < 0x80) {
			control(c, p[i++]);
		} else {
			n = skip_character_length(p + i, len - i);
			if (!n)
				return false;
			print(c, 1);
			i += n;
		}
	}
	return true;
}

/* The column of the line that begins at AT in P. */
static bool
column_at(const struct screen *s, const unsigned char *p, size_t at, unsigned *x)
{
	const unsigned char *cr = memrchr(p, '\r', at);
	struct column c = { .s = s, .at = cr ? 0 : s->pending ? s->cols : s->x };
	size_t from = cr ? (size_t)(cr - p) : 0;

	/* A character that has begun may take a column or none; and a shifted cursor stays that (flow.h). */
	if ((!cr && (s->parser.utf8_n || s->shift)) || !follow(&c, p + from, at - from))
		return false;
	*x = c.at;
	return true;
}

/* The last place in P, not behind FROM, where a line begins in the first column; 0: there is none. */
static size_t
line_start(const unsigned char *p, size_t from)
{
	while (from > 2) {
		const unsigned char *lf = memrchr(p, '\n', from);

		if (!lf || lf == p)
			return 0;
		if (lf[-1] == '\r')
			return (size_t)(lf + 1 - p);
		from = (size_t)(lf - p);
	}
	return 0;
}

size_t
skip_lines(const struct screen *s, const unsigned char *p, size_t len, size_t *lines, unsigned *x)
{
	/* Twice the screen: down to its last row, and all that is on it out. */
	size_t needed = (s->alternate ? 0 : (size_t)s->history.max) + 2 * (size_t)s->rows, at;

	*lines = lines_length(p, len, *lines);
	at = last_lines(p, *lines, needed + 1);
	if (at < SKIP_WORTH)
		return 0;
	if (column_at(s, p, at, x))
		return at;
	at = line_start(p, at);
	*x = 0;
	return at < SKIP_WORTH ? 0 : at;
}
