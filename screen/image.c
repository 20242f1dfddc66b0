/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <string.h>

#include "base64.h"
#include "cursor.h"
#include "grid.h"
#include "model.h"
#include "row.h"

#define LABEL "[image]"
#define LABEL_MIN 3
#define ROWS_MAX 200        /* an image may be taller than the screen, and scrolls all the same */
#define SIXELS 6            /* rows of pixels in a band */
#define PIXELS_MAX 65535u
#define PNG_SIZE_AT 16      /* where a PNG has its width and height, four bytes each */
#define PNG_SIZE_END 24

/* What is known of an image; 0: not known. */
struct image {
	unsigned width, height; /* pixels */
	unsigned cols, rows;    /* cells */
	bool stays;             /* the cursor does */
};

/* The size of a cell in pixels, 0: not known. */
static unsigned
cell_width(const struct screen *s)
{
	return s->terminal.xpixel / s->cols;
}

static unsigned
cell_height(const struct screen *s)
{
	return s->terminal.ypixel / s->rows;
}

/* The number in the LEN bytes at TEXT, PIXELS_MAX at most; *END: what comes behind it. */
static unsigned
number(const char *text, size_t len, const char **end)
{
	unsigned n = 0;
	size_t i = 0;

	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		if ((n = n * 10 + (unsigned)(text[i] - '0')) > PIXELS_MAX)
			n = PIXELS_MAX;
	*end = text + i;
	return n;
}

static unsigned
big_endian(const unsigned char *p)
{
	return p[0] || p[1] ? PIXELS_MAX : (unsigned)p[2] << 8 | p[3];
}

/* The size of a PNG, if the LEN bytes of base64 at TEXT are the beginning of one. */
static void
png_size(struct image *i, const char *text, size_t len)
{
	static const unsigned char png[] = { 0x89, 'P', 'N', 'G' };
	unsigned char bytes[64];

	len -= len % 4;
	if (base64_decode(text, len, bytes, sizeof bytes) < PNG_SIZE_END || memcmp(bytes, png, sizeof png) != 0)
		return;
	i->width = big_endian(bytes + PNG_SIZE_AT);
	i->height = big_endian(bytes + PNG_SIZE_AT + 4);
}

static unsigned
parts(unsigned all, unsigned one)
{
	return one ? (all + one - 1) / one : 0;
}

/* The cells of the image, as far as its pixels, those of a cell, or the other side tell them. */
static void
measure(const struct screen *s, struct image *i)
{
	unsigned cw = cell_width(s), ch = cell_height(s);

	if (!i->width || !i->height || !cw || !ch)
		return;
	if (!i->cols && i->rows)
		i->cols = parts((unsigned)((uint64_t)i->rows * ch * i->width / i->height), cw);
	else if (i->cols && !i->rows)
		i->rows = parts((unsigned)((uint64_t)i->cols * cw * i->height / i->width), ch);
	else if (!i->cols) {
		i->cols = parts(i->width, cw);
		i->rows = parts(i->height, ch);
	}
}

/* Says where an image of COLS columns begins.  Not on the alternate screen, where programs take images away again. */
static void
label(struct screen *s, unsigned cols)
{
	const struct style dim = { .attr = STYLE_DIM };
	unsigned n = cols < sizeof LABEL - 1 ? cols : sizeof LABEL - 1, x = s->x;
	struct row *row = s->row[s->y];
	uint32_t style;

	if (n > s->cols - x)
		n = s->cols - x;
	if (s->alternate || n < LABEL_MIN)
		return;
	style = styles_number(&s->styles, &dim);
	row_split(row, s->cols, x, grid_blank(s));
	row_split(row, s->cols, x + n, grid_blank(s));
	for (unsigned i = 0; i < n; i++)
		row->c[x + i] = cell_make((unsigned char)(i + 1 < n ? LABEL[i] : ']'), style, 0);
	row_extend(row, x + n);
}

/* Down by N rows; of a taller image than that only the scrollback would have more. */
static void
down(struct screen *s, unsigned n)
{
	for (n = n < ROWS_MAX ? n : ROWS_MAX; n; n--)
		cursor_index(s);
}

/* An image of cells: the cursor goes to its last row, behind it. */
static void
show_cells(struct screen *s, struct image *i)
{
	measure(s, i);
	if (!i->cols || !i->rows)
		return;
	label(s, i->cols);
	if (i->stays)
		return;
	down(s, i->rows - 1);
	if (i->cols < s->cols - s->x) {
		cursor_to(s, s->x + i->cols, s->y);
	} else {
		cursor_return(s);
		cursor_index(s);
	}
}

/* The parameters of kitty's: letters with numbers, but for a (the action). */
static void
show_kitty(struct screen *s, const char *text, size_t len)
{
	struct image i = { .width = 0 };
	const char *end = memchr(text, ';', len), *p = text + 1, *value;
	unsigned source_width = 0, source_height = 0;
	bool placed = false;

	if (!end)
		end = text + len;
	for (; end - p > 2 && p[1] == '='; p = value + 1) {
		unsigned n = number(p + 2, (size_t)(end - p - 2), &value);

		switch (*p) {
		case 'a': placed = p[2] == 'T' || p[2] == 'p'; value = p + 3; break;
		case 'U': placed = placed && !n; break;
		case 'C': i.stays = n == 1; break;
		case 'c': i.cols = n; break;
		case 'r': i.rows = n; break;
		case 's': i.width = n; break;
		case 'v': i.height = n; break;
		case 'w': source_width = n; break;
		case 'h': source_height = n; break;
		}
		if (value == end || *value != ',')
			break;
	}
	if (!placed)
		return;
	if (end < text + len && !i.width)
		png_size(&i, end + 1, (size_t)(text + len - end - 1));
	if (source_width && source_height) {
		i.width = source_width;
		i.height = source_height;
	}
	show_cells(s, &i);
}

/* The cursor stays in its column, in the row that has the top of the last band, as on a VT340. */
static void
show_sixel(struct screen *s, const char *text, size_t len, unsigned bands)
{
	unsigned cw = cell_width(s), ch = cell_height(s), width = 0;
	const char *raster = memchr(text, '"', len), *p = raster;

	if (!cw || !ch)
		return;
	for (size_t i = 0; i < len; i++)
		bands += text[i] == '-';
	/* "pan;pad;width;height */
	for (unsigned i = 0; p && i < 3; i++) {
		width = number(p + 1, (size_t)(text + len - p - 1), &p);
		if (p == text + len || *p != ';')
			p = NULL;
	}
	label(s, width ? parts(width, cw) : s->cols);
	down(s, bands * SIXELS / ch);
}

/* A side of iTerm2's: a number of cells, of pixels (px), or a part of the screen (%). */
static void
read_side(const char *text, size_t len, unsigned all, unsigned pixels, unsigned *cells)
{
	const char *end;
	unsigned n = number(text, len, &end);
	size_t rest = len - (size_t)(end - text);

	if (rest == 0)
		*cells = n;
	else if (rest == 1 && *end == '%')
		*cells = n * all / 100;
	else if (rest == 2 && memcmp(end, "px", 2) == 0)
		*cells = parts(n, pixels);
}

static bool
named(const char **text, size_t *len, const char *name)
{
	size_t n = strlen(name);

	if (*len < n || memcmp(*text, name, n) != 0)
		return false;
	*text += n;
	*len -= n;
	return true;
}

static void
show_iterm(struct screen *s, const char *text, size_t len)
{
	struct image i = { .width = 0 };
	const char *end = memchr(text, ':', len), *p = memchr(text, '=', len);
	bool shown = false;

	if (!end)
		end = text + len;
	while (p && ++p < end) {
		const char *next = memchr(p, ';', (size_t)(end - p)), *value = p;
		size_t n = (size_t)((next ? next : end) - p);

		if (named(&value, &n, "inline="))
			shown = n == 1 && *value == '1';
		else if (named(&value, &n, "width="))
			read_side(value, n, s->cols, cell_width(s), &i.cols);
		else if (named(&value, &n, "height="))
			read_side(value, n, s->rows, cell_height(s), &i.rows);
		else if (named(&value, &n, "doNotMoveCursor="))
			i.stays = n == 1 && *value == '1';
		p = next;
	}
	if (!shown)
		return;
	if (end < text + len)
		png_size(&i, end + 1, (size_t)(text + len - end - 1));
	show_cells(s, &i);
}

void
image_show(struct screen *s)
{
	const struct parser *p = &s->parser;

	switch (p->image) {
	case 'G':
		show_kitty(s, p->string, p->string_len);
		break;
	case 'I':
		show_iterm(s, p->string ? p->string : "", p->string_len);
		break;
	case 'S':
		show_sixel(s, p->string ? p->string : "", p->string_len, p->bands);
		break;
	}
}
