/* SPDX-License-Identifier: MIT */
#include "plaintext.h"

#include <string.h>

#define REPLACEMENT 0xfffd
#define PARAM_MAX 9999
#define COLUMNS_MAX 1000

enum { GROUND, ESCAPE, INTERMEDIATE, CSI, CSI_IGNORED, OSC, STRING, OSC_ESCAPE, STRING_ESCAPE };

void
plaintext_begin(struct plaintext *t, plaintext_line *line, void *object)
{
	*t = (struct plaintext){ .line = line, .object = object };
}

static size_t
put_utf8(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t
plaintext_rest(const struct plaintext *t, char text[PLAINTEXT_BYTES])
{
	size_t n = 0, len = t->len;

	while (len && t->cells[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len; i++)
		n += put_utf8(text + n, t->cells[i]);
	text[n] = '\0';
	return n;
}

bool
plaintext_is_new(const struct plaintext *t)
{
	return t->state == GROUND && !t->wants && !t->other && !t->x && !t->len;
}

static void
end_line(struct plaintext *t)
{
	char text[PLAINTEXT_BYTES];
	size_t n = plaintext_rest(t, text);

	t->x = t->len = 0;
	t->line(t->object, text, n);
}

/* The cursor goes to another row: a line that has something on it ends. */
static void
leave_line(struct plaintext *t)
{
	if (t->len)
		end_line(t);
	t->x = 0;
}

/* Blanks up to where the cursor is. */
static void
fill(struct plaintext *t)
{
	while (t->len < t->x)
		t->cells[t->len++] = ' ';
}

static void
put(struct plaintext *t, uint32_t code)
{
	if (t->other)
		return;
	if (t->x >= PLAINTEXT_CELLS)
		end_line(t);
	fill(t);
	t->cells[t->x++] = code;
	if (t->len < t->x)
		t->len = t->x;
}

static size_t
param(const struct plaintext *t, unsigned i, unsigned other)
{
	return i < t->count && t->params[i] ? t->params[i] : other;
}

/* To a column that no terminal has go programs that ask how wide theirs is. */
static void
move_to(struct plaintext *t, size_t x)
{
	if (x < COLUMNS_MAX)
		t->x = x;
}

static void
erase(struct plaintext *t, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < t->len; i++)
		t->cells[i] = ' ';
	if (to >= t->len && from < t->len)
		t->len = from;
}

static void
erase_line(struct plaintext *t)
{
	switch (t->count ? t->params[0] : 0) {
	case 0:
		erase(t, t->x, PLAINTEXT_CELLS);
		break;
	case 1:
		erase(t, 0, t->x + 1);
		break;
	default:
		erase(t, 0, PLAINTEXT_CELLS);
	}
}

static void
delete_cells(struct plaintext *t, size_t n)
{
	if (t->x >= t->len)
		return;
	if (n > t->len - t->x)
		n = t->len - t->x;
	memmove(t->cells + t->x, t->cells + t->x + n, (t->len - t->x - n) * sizeof *t->cells);
	t->len -= n;
}

static void
insert_cells(struct plaintext *t, size_t n)
{
	if (t->x >= t->len)
		return;
	if (n > PLAINTEXT_CELLS - t->x)
		n = PLAINTEXT_CELLS - t->x;
	if (t->len > PLAINTEXT_CELLS - n)
		t->len = PLAINTEXT_CELLS - n;
	if (t->len > t->x)
		memmove(t->cells + t->x + n, t->cells + t->x, (t->len - t->x) * sizeof *t->cells);
	else
		t->len = t->x;
	t->len += n;
	erase(t, t->x, t->x + n);
}

static void
set_screen(struct plaintext *t, bool other)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->params[i] == 47 || t->params[i] == 1047 || t->params[i] == 1049) {
			leave_line(t);
			t->other = other && !t->whole;
		}
}

static void
control_sequence(struct plaintext *t, unsigned char final)
{
	if (t->private) {
		if (final == 'h' || final == 'l')
			set_screen(t, final == 'h');
		return;
	}
	if (t->other)
		return;
	switch (final) {
	case 'C':
		move_to(t, t->x + param(t, 0, 1));
		break;
	case 'D':
		t->x -= t->x < param(t, 0, 1) ? t->x : param(t, 0, 1);
		break;
	case 'G':
	case '`':
		move_to(t, param(t, 0, 1) - 1);
		break;
	case 'K':
		erase_line(t);
		break;
	case 'J':
		erase(t, t->count && t->params[0] ? 0 : t->x, PLAINTEXT_CELLS);
		break;
	case 'X':
		erase(t, t->x, t->x + param(t, 0, 1));
		break;
	case 'P':
		delete_cells(t, param(t, 0, 1));
		break;
	case '@':
		insert_cells(t, param(t, 0, 1));
		break;
	case 'A':
	case 'B':
	case 'E':
	case 'F':
	case 'H':
	case 'd':
	case 'f':
		leave_line(t);
		break;
	default:
		break;
	}
}

static void
control(struct plaintext *t, unsigned char c)
{
	if (c == '\033')
		t->state = ESCAPE;
	if (t->other)
		return;
	if (c == '\n' || c == '\v' || c == '\f')
		end_line(t);
	else if (c == '\r')
		t->x = 0;
	else if (c == '\b')
		t->x -= t->x > 0;
	else if (c == '\t')
		put(t, '\t');
}

/* A byte of text: UTF-8, and what is none becomes U+FFFD. */
static void
text(struct plaintext *t, unsigned char c)
{
	if (t->wants && (c & 0xc0) == 0x80) {
		t->code = t->code << 6 | (c & 0x3fu);
		if (!--t->wants)
			put(t, t->code < 0xa0 || t->code > 0x10ffff || (t->code >= 0xd800 && t->code < 0xe000)
			               ? REPLACEMENT
			               : t->code);
		return;
	}
	if (t->wants)
		put(t, REPLACEMENT);
	t->wants = 0;
	if (c < 0x20)
		control(t, c);
	else if (c < 0x7f)
		put(t, c);
	else if (c >= 0xc2 && c < 0xf5) {
		t->wants = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		t->code = c & (0x3fu >> t->wants);
	} else if (c != 0x7f) {
		put(t, REPLACEMENT);
	}
}

static void
escape(struct plaintext *t, unsigned char c)
{
	t->state = GROUND;
	switch (c) {
	case '[':
		t->state = CSI;
		t->count = 0;
		t->private = false;
		memset(t->params, 0, sizeof t->params);
		break;
	case ']':
		t->state = OSC;
		t->string_len = 0;
		break;
	case 'P':
	case 'X':
	case '^':
	case '_':
		t->state = STRING;
		break;
	case 'M':
		if (!t->other)
			leave_line(t);
		break;
	case 'c':
		t->other = false;
		leave_line(t);
		break;
	default:
		if (c < 0x20)
			control(t, c);
		else if (c < 0x30)
			t->state = INTERMEDIATE;
	}
}

static void
parameters(struct plaintext *t, unsigned char c)
{
	if (c < 0x20) {
		control(t, c);
	} else if (c >= '0' && c <= '9') {
		t->count += !t->count;
		if (t->count <= PLAINTEXT_PARAMS && t->params[t->count - 1] < PARAM_MAX)
			t->params[t->count - 1] = t->params[t->count - 1] * 10 + (unsigned)(c - '0');
	} else if (c == ';' || c == ':') {
		t->count += !t->count;
		t->count += t->count <= PLAINTEXT_PARAMS;
	} else if (c == '?' && !t->count) {
		t->private = true;
	} else if (c < 0x40) {
		t->state = CSI_IGNORED;
	} else {
		t->count -= t->count > PLAINTEXT_PARAMS;
		t->state = GROUND;
		control_sequence(t, c);
	}
}

/* "133;A" and what may follow behind a semicolon. */
static void
end_osc(struct plaintext *t)
{
	const char *s = t->string;

	if (t->string_len >= 5 && (memcmp(s, "133;", 4) == 0 || memcmp(s, "633;", 4) == 0) && s[4] >= 'A' &&
	    s[4] <= 'D' && (t->string_len == 5 || s[5] == ';'))
		t->mark = s[4];
}

static void
string(struct plaintext *t, unsigned char c)
{
	bool osc = t->state == OSC;

	if (c == '\033') {
		t->state = osc ? OSC_ESCAPE : STRING_ESCAPE;
	} else if (c == 0x18 || c == 0x1a || (c == '\a' && osc)) {
		if (c == '\a')
			end_osc(t);
		t->state = GROUND;
	} else if (osc && t->string_len < sizeof t->string) {
		t->string[t->string_len++] = (char)c;
	}
}

static void
byte(struct plaintext *t, unsigned char c)
{
	switch (t->state) {
	case GROUND:
		text(t, c);
		break;
	case ESCAPE:
		escape(t, c);
		break;
	case INTERMEDIATE:
		t->state = c >= 0x30 ? GROUND : INTERMEDIATE;
		break;
	case CSI:
		parameters(t, c);
		break;
	case CSI_IGNORED:
		t->state = c >= 0x40 ? GROUND : CSI_IGNORED;
		break;
	case OSC:
	case STRING:
		string(t, c);
		break;
	default:
		if (c == '\\' && t->state == OSC_ESCAPE)
			end_osc(t);
		t->state = GROUND;
		/* An ESC that no backslash follows ends the string, and begins another sequence. */
		if (c != '\\')
			escape(t, c);
	}
}

void
plaintext_feed(struct plaintext *t, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		byte(t, p[i]);
}
