/* SPDX-License-Identifier: MIT */
#include "overlay_scan.h"

#include <stdint.h>
#include <string.h>

#include "look.h"
#include "utf8.h"

#define ESC 0x1b
#define PARAMS 16

struct scan {
	unsigned rows, cols, x, y;
	bool one_row;
	overlay_scanned *touched;
	void *to;
	/* The CSI that is read. */
	char private;
	char intermediate;
	unsigned n;
	unsigned param[PARAMS];
};

static bool
print(struct scan *s, unsigned columns)
{
	/* The last column stays out: a wrap would be pending. */
	if (s->x + columns >= s->cols)
		return false;
	s->touched(s->to, s->y, s->x, s->x + columns);
	s->x += columns;
	return true;
}

/* The character at P; how many bytes it took, 0: it may join another, or is not whole. */
static size_t
print_high(struct scan *s, const unsigned char *p, size_t len)
{
	size_t n = utf8_length(*p);

	if (n == 0 || n > len)
		return 0;
	for (unsigned columns = 1; columns <= 2; columns++)
		if (look_is_one((const char *)p, n, columns))
			return print(s, columns) ? n : 0;
	return 0;
}

static bool
control(struct scan *s, unsigned char c)
{
	switch (c) {
	case '\a':
		return true;
	case '\b':
		return s->x-- > 0;
	case '\r':
		s->x = 0;
		return true;
	default:
		return false;
	}
}

static unsigned
param(const struct scan *s, unsigned i)
{
	return i < s->n && s->param[i] ? s->param[i] : 1;
}

static unsigned
lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* ED and EL: from the cursor on, up to it, or all (of EL). */
static bool
erase(struct scan *s, bool below)
{
	unsigned how = s->n ? s->param[0] : 0;

	if (how > (below ? 0 : 2))
		return false;
	s->touched(s->to, s->y, how ? 0 : s->x, how == 1 ? s->x + 1 : s->cols);
	for (unsigned y = s->y + 1; below && y < s->rows; y++)
		s->touched(s->to, y, 0, s->cols);
	return true;
}

/* Modes that change nothing of what is shown, but for the cursor. */
static bool
mode(const struct scan *s)
{
	static const uint16_t harmless[] = { 1, 12, 25, 1004, 2004 };
	bool found = s->n > 0;

	for (unsigned i = 0; i < s->n && found; i++) {
		found = false;
		for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++)
			found |= s->param[i] == harmless[k];
	}
	return found;
}

static bool
motion(struct scan *s, char final)
{
	unsigned n = param(s, 0);

	switch (final) {
	case 'A':
		s->y -= lesser(n, s->y);
		return true;
	case 'B':
		s->y = lesser(s->y + n, s->rows - 1);
		return true;
	case 'C':
		s->x = lesser(s->x + n, s->cols - 1);
		return true;
	case 'D':
		/* Further left it may be a reverse wrap. */
		if (n > s->x)
			return false;
		s->x -= n;
		return true;
	case 'G':
		s->x = lesser(n, s->cols) - 1;
		return true;
	case 'd':
		s->y = lesser(n, s->rows) - 1;
		return true;
	default: /* H */
		s->y = lesser(n, s->rows) - 1;
		s->x = lesser(param(s, 1), s->cols) - 1;
		return true;
	}
}

static bool
csi(struct scan *s, char final)
{
	if (s->private)
		return s->private == '?' && !s->intermediate && (final == 'h' || final == 'l') && mode(s);
	if (s->intermediate)
		return s->intermediate == ' ' && final == 'q';
	switch (final) {
	case 'm':
		return true;
	case 'J':
	case 'K':
		return s->n <= 1 && erase(s, final == 'J');
	case 'X':
		s->touched(s->to, s->y, s->x, lesser(s->x + param(s, 0), s->cols));
		return true;
	default:
		return final != '\0' && strchr(s->one_row ? "CDG" : "ABCDGHd", final) && motion(s, final);
	}
}

/* The bytes behind "ESC [" from P on; how many they are with the final one, 0: no sequence that is known. */
static size_t
read_csi(struct scan *s, const unsigned char *p, size_t len)
{
	size_t i = 0;

	s->private = s->intermediate = '\0';
	s->n = 0;
	memset(s->param, 0, sizeof s->param);
	if (i < len && p[i] >= '<' && p[i] <= '?')
		s->private = (char)p[i++];
	for (; i < len && p[i] >= '0' && p[i] <= ';'; i++) {
		s->n += s->n == 0;
		if (p[i] == ';' || p[i] == ':') {
			if (++s->n > PARAMS)
				return 0;
		} else if (s->param[s->n - 1] < UINT16_MAX) {
			s->param[s->n - 1] = s->param[s->n - 1] * 10 + p[i] - '0';
		}
	}
	if (i < len && p[i] == ' ')
		s->intermediate = (char)p[i++];
	if (i == len || p[i] < 0x40 || p[i] > 0x7e)
		return 0;
	/* Numbers with parts are of SGR alone. */
	if (p[i] != 'm' && memchr(p, ':', i))
		return 0;
	return csi(s, (char)p[i]) ? i + 1 : 0;
}

/* What comes at P; how many bytes it took, 0: it is not harmless. */
static size_t
step(struct scan *s, const unsigned char *p, size_t len)
{
	size_t n;

	if (*p >= 0x80)
		return print_high(s, p, len);
	if (*p >= 0x20)
		return *p < 0x7f && print(s, 1);
	if (*p != ESC)
		return control(s, *p);
	if (len < 2)
		return 0;
	/* ASCII, which it is already, and the keypad. */
	if (len > 2 && p[1] == '(' && p[2] == 'B')
		return 3;
	if (p[1] == '=' || p[1] == '>')
		return 2;
	if (p[1] != '[')
		return 0;
	n = read_csi(s, p + 2, len - 2);
	return n ? n + 2 : 0;
}

bool
overlay_scan(const struct screen *base, const unsigned char *bytes, size_t len, bool one_row,
             overlay_scanned *touched, void *to)
{
	struct scan s = { .rows = screen_rows(base), .cols = screen_cols(base), .one_row = one_row,
	                  .touched = touched, .to = to };
	struct look_cursor cursor;

	if (len == 0 || len > OVERLAY_SCAN_MAX || !(look_modes(base) & LOOK_WRAP))
		return false;
	look_cursor(base, &cursor);
	s.x = cursor.col;
	s.y = cursor.row;
	for (size_t i = 0, n; i < len; i += n) {
		n = step(&s, bytes + i, len - i);
		if (!n)
			return false;
	}
	return true;
}
