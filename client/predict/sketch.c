/* SPDX-License-Identifier: MIT */
#include "sketch.h"

#include <string.h>

#include "look.h"

static bool
is_blank(unsigned len, const char *text)
{
	return len == 0 || (len == 1 && text[0] == ' ');
}

static void
load_cell(struct sketch_cell *c, const struct screen *base, unsigned row, unsigned col)
{
	struct look_cell look;

	look_cell(base, row, col, &look);
	c->width = look.width;
	c->len = look.len <= OVERLAY_TEXT ? look.len : 0;
	c->strange = look.more || look.doubtful || look.len > OVERLAY_TEXT;
	c->like = (uint16_t)col;
	c->style = look.style;
	memcpy(c->text, look.text, c->len);
}

void
sketch_load(struct sketch *im, const struct screen *base, unsigned row)
{
	unsigned end = look_end(base, row);

	im->row = row;
	im->cols = screen_cols(base);
	im->used = 0;
	for (unsigned i = 0; i < im->cols; i++) {
		struct sketch_cell *c = &im->cell[i];

		if (i >= end) {
			c->width = 1;
			c->len = 0;
			c->strange = false;
			c->like = (uint16_t)i;
			c->style = 0;
			continue;
		}
		load_cell(c, base, row, i);
		if (c->width == 0 || c->strange || !is_blank(c->len, c->text))
			im->used = i + 1;
	}
}

void
sketch_clear(struct sketch *im)
{
	im->row = im->cols = im->used = 0;
}

void
sketch_copy(struct sketch *to, const struct sketch *from)
{
	to->row = from->row;
	to->cols = from->cols;
	to->used = from->used;
	memcpy(to->cell, from->cell, from->cols * sizeof *from->cell);
}

static void
blank(struct sketch *im, unsigned col)
{
	im->cell[col].width = 1;
	im->cell[col].len = 0;
	im->cell[col].strange = false;
}

/* No wide character stands on both sides of COL any more. */
static void
split(struct sketch *im, unsigned col)
{
	if (col == 0 || col >= im->cols || im->cell[col].width != 0)
		return;
	blank(im, col - 1);
	blank(im, col);
}

bool
sketch_put(struct sketch *im, unsigned col, const char *text, unsigned len, unsigned width, unsigned like)
{
	struct sketch_cell *c = &im->cell[col];

	if (col + width >= im->cols || len > OVERLAY_TEXT || width == 0)
		return false;
	split(im, col);
	split(im, col + width);
	c->width = (uint8_t)width;
	c->len = (uint8_t)len;
	c->strange = false;
	c->like = (uint16_t)like;
	memcpy(c->text, text, len);
	if (width == 2) {
		c[1] = (struct sketch_cell){ .like = (uint16_t)like };
	}
	if (!is_blank(len, text) && col + width > im->used)
		im->used = col + width;
	return true;
}

bool
sketch_join(struct sketch *im, unsigned col, const char *text, unsigned len)
{
	unsigned at = sketch_before(im, col);
	struct sketch_cell *c = &im->cell[at];

	if (at == col || c->len == 0 || c->len + len > OVERLAY_TEXT)
		return false;
	memcpy(c->text + c->len, text, len);
	c->len = (uint8_t)(c->len + len);
	return true;
}

static bool
any_strange(const struct sketch *im, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if (im->cell[i].strange)
			return true;
	return false;
}

bool
sketch_open(struct sketch *im, unsigned col, unsigned end, unsigned width)
{
	if (end <= col)
		return col + width < im->cols;
	if (end + width >= im->cols || any_strange(im, col, end) || im->cell[col].width == 0)
		return false;
	split(im, end);
	memmove(&im->cell[col + width], &im->cell[col], (end - col) * sizeof *im->cell);
	for (unsigned i = 0; i < width; i++)
		blank(im, col + i);
	if (im->used < end + width)
		im->used = end + width;
	return true;
}

bool
sketch_close(struct sketch *im, unsigned col, unsigned end, unsigned width)
{
	if (end < col + width)
		end = col + width;
	if (end >= im->cols || any_strange(im, col, end) || im->cell[col].width == 0)
		return false;
	split(im, end);
	memmove(&im->cell[col], &im->cell[col + width], (end - col - width) * sizeof *im->cell);
	for (unsigned i = end - width; i < end; i++) {
		blank(im, i);
		im->cell[i].like = (uint16_t)(end < im->used ? end : i);
	}
	return true;
}

static bool
is_line_of_box(const struct sketch_cell *c)
{
	const unsigned char *t = (const unsigned char *)c->text;

	return c->len == 3 && t[0] == 0xe2 && (t[1] == 0x94 || t[1] == 0x95); /* U+2500 to U+257F */
}

unsigned
sketch_edge(const struct sketch *im, unsigned from)
{
	while (from < im->used && !is_line_of_box(&im->cell[from]))
		from++;
	return from < im->used ? from : im->cols;
}

unsigned
sketch_before(const struct sketch *im, unsigned col)
{
	if (col == 0 || col >= im->cols)
		return col;
	if (im->cell[col - 1].width != 0)
		return col - 1;
	return col >= 2 ? col - 2 : col;
}

unsigned
sketch_width(const struct sketch *im, unsigned col)
{
	return col + 1 < im->cols && im->cell[col].width == 2 ? 2 : 1;
}

static bool
same(const struct sketch_cell *c, const struct look_cell *look)
{
	if (c->width == 0 || look->width == 0)
		return c->width == look->width;
	if (is_blank(c->len, c->text) && !look->more && is_blank(look->len, look->text))
		return true;
	return !look->more && c->width == look->width && c->len == look->len &&
	    memcmp(c->text, look->text, c->len) == 0;
}

bool
sketch_same(const struct sketch *im, const struct screen *base, unsigned col)
{
	return sketch_same_in(im, base, im->row, col);
}

bool
sketch_same_in(const struct sketch *im, const struct screen *base, unsigned row, unsigned col)
{
	struct look_cell look;

	if (row >= screen_rows(base) || col >= im->cols || col >= screen_cols(base))
		return false;
	look_cell(base, row, col, &look);
	return same(&im->cell[col], &look);
}

bool
sketch_looks_new(const struct sketch *im, const struct screen *base, unsigned col)
{
	struct look_cell at, next;

	if (col == 0 || col + 1 >= im->cols || col + 1 >= screen_cols(base) || im->row >= screen_rows(base))
		return false;
	look_cell(base, im->row, col, &at);
	look_cell(base, im->row, col + 1, &next);
	if ((at.style == next.style) != (im->cell[col].style == im->cell[col + 1].style))
		return true;
	look_cell(base, im->row, col - 1, &next);
	return (at.style == next.style) != (im->cell[col].style == im->cell[col - 1].style);
}

unsigned
sketch_cells(const struct sketch *im, const struct screen *base, struct overlay_cell *cells, unsigned max)
{
	unsigned n = 0;

	for (unsigned i = 0; i + 1 < im->cols; i++) {
		const struct sketch_cell *c = &im->cell[i];

		if (c->width == 0 || c->strange || sketch_same(im, base, i))
			continue;
		if (n == max)
			return 0;
		cells[n] = (struct overlay_cell){
			.row = (uint16_t)im->row,
			.col = (uint16_t)i,
			.width = c->len ? c->width : 0,
			.len = c->len,
			.like_row = (uint16_t)im->row,
			.like_col = c->like,
			.unconfirmed = true,
		};
		memcpy(cells[n].text, c->text, c->len);
		n++;
	}
	return n;
}
