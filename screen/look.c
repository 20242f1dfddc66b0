/* SPDX-License-Identifier: MIT */
#include "look.h"

#include <string.h>

#include "charset.h"
#include "flow.h"
#include "graphemes.h"
#include "model.h"
#include "row.h"
#include "used.h"
#include "utf8.h"
#include "width.h"

void
look_cursor(const struct screen *s, struct look_cursor *cursor)
{
	*cursor = (struct look_cursor){ .row = s->y, .col = s->x, .pending = s->pending };
}

static bool
has_margins(const struct screen *s)
{
	return s->top > 0 || s->bottom < s->rows - 1 || s->left > 0 || s->right < s->cols - 1 || mode(s, MODE_MARGINS);
}

uint32_t
look_modes(const struct screen *s)
{
	static const struct { uint32_t bit, look; } same[] = {
		{ MODE_CURSOR_KEYS, LOOK_CURSOR_KEYS }, { MODE_KEYPAD, LOOK_KEYPAD }, { MODE_PASTE, LOOK_PASTE },
		{ MODE_VISIBLE, LOOK_VISIBLE }, { MODE_WRAP, LOOK_WRAP }, { MODE_INSERT, LOOK_INSERT },
		{ MODE_ORIGIN, LOOK_ORIGIN }, { MODE_CLUSTERS, LOOK_CLUSTERS },
	};
	uint32_t look = 0;

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		look |= mode(s, same[i].bit) ? same[i].look : 0;
	look |= s->alternate ? LOOK_ALTERNATE : 0;
	look |= has_margins(s) ? LOOK_MARGINS : 0;
	look |= s->synchronized ? LOOK_SYNCHRONIZED : 0;
	look |= s->parser.state != PARSER_GROUND || s->parser.utf8_n || s->single ? LOOK_OPEN : 0;
	look |= charset_maps(s) ? LOOK_MAPPED : 0;
	look |= s->mouse.protocol ? LOOK_MOUSE : 0;
	look |= s->shift ? LOOK_SHIFTED : 0;
	look |= s->repeatable ? LOOK_LAST : 0;
	look |= s->used[s->alternate != NULL].whole ? LOOK_PLACED : 0;
	look |= used_agrees(s) ? 0 : LOOK_STRAYED;
	look |= s->iso_protection || s->pen.attr & STYLE_PROTECTED ? LOOK_PROTECTS : 0;
	return look;
}

/* The text of C, if it has one that fits. */
static void
look_text(const struct screen *s, cell c, struct look_cell *look)
{
	unsigned char bytes[UTF8_MAX];
	const uint32_t *codes;
	uint32_t one;
	unsigned n, len;

	if (cell_empty(c) || c & CELL_TAIL)
		return;
	codes = clusters_codes(&s->clusters, c, &one, &n);
	for (unsigned i = 0; i < n; i++) {
		len = codes[i] < UTF8_RAW ? utf8_put(bytes, codes[i]) : utf8_raw_bytes(bytes, codes[i]);
		if (look->len + len > LOOK_TEXT) {
			look->more = true;
			look->len = 0;
			return;
		}
		memcpy(look->text + look->len, bytes, len);
		look->len = (uint8_t)(look->len + len);
	}
}

void
look_cell(const struct screen *s, unsigned row, unsigned col, struct look_cell *look)
{
	cell c = s->row[row]->c[col];

	*look = (struct look_cell){
		.width = c & CELL_TAIL ? 0 : c & CELL_WIDE ? 2 : 1,
		.written = c != 0,
		.doubtful = c & CELL_SHIFTED || flow_doubtful(s, s->row[row], col),
		.protected = (styles_get(&s->styles, cell_style(c))->attr & STYLE_PROTECTED) != 0,
		.style = c & CELL_LOOK,
	};
	look_text(s, c, look);
}

bool
look_pen_is(const struct screen *s, unsigned row, unsigned col)
{
	cell c = s->row[row]->c[col];

	return cell_link(c) == s->pen_link && style_equal(styles_get(&s->styles, cell_style(c)), &s->pen);
}

unsigned
look_end(const struct screen *s, unsigned row)
{
	return row_used(s->row[row]);
}

bool
look_goes_on(const struct screen *s, unsigned row)
{
	return s->row[row]->cont;
}

/* Whether ROW has a character that came about by ?2027 alone. */
static bool
has_joined(const struct screen *s, const struct row *row)
{
	const uint32_t *codes;
	uint32_t one;
	unsigned n;

	for (unsigned x = 0; x < row->len; x++)
		if (row->c[x] & CELL_CLUSTER) {
			codes = clusters_codes(&s->clusters, row->c[x], &one, &n);
			if (!graphemes_plain(codes, n, row->c[x] & CELL_WIDE ? 2 : 1))
				return true;
		}
	return false;
}

bool
look_doubtful(const struct screen *s, unsigned row)
{
	const struct row *r = s->row[row];

	return r->torn || (r->odd && (r->trail || flow_is_shifted(s, r) || has_joined(s, r)));
}

/* The character that the LEN bytes at TEXT begin with; how many bytes it took, 0: none. */
static unsigned
first_code(const unsigned char *text, size_t len, uint32_t *code)
{
	unsigned n = len ? utf8_length(*text) : 0;

	if (n == 0 || n > len || (n > 1 && !utf8_second(text[0], text[1])))
		return 0;
	for (unsigned i = 2; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	*code = utf8_get(text, &n);
	return n;
}

/* Whether a character may join the one before it, in a terminal that forms clusters. */
static bool
joins(unsigned what)
{
	enum width_class class = (enum width_class)(what >> WIDTH_CLASS_SHIFT);

	return class != WIDTH_OTHER && class != WIDTH_LV && class != WIDTH_LVT;
}

bool
look_is_one(const char *text, size_t len, unsigned width)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;
	uint32_t code;
	unsigned n = first_code(p, len, &code), what;

	if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	what = width_what(code);
	if (what & WIDTH_DOUBTFUL || (what & WIDTH_COLUMNS) != width || width == 0 || joins(what))
		return false;
	for (p += n; p < end; p += n) {
		n = first_code(p, (size_t)(end - p), &code);
		if (n == 0 || code < 0xa0)
			return false;
		what = width_what(code);
		if (what & (WIDTH_COLUMNS | WIDTH_DOUBTFUL) || what >> WIDTH_CLASS_SHIFT != WIDTH_EXTEND)
			return false;
	}
	return true;
}
