/* SPDX-License-Identifier: MIT */
#include "render_cell.h"

#include <string.h>

#include "graphemes.h"
#include "model.h"

bool
render_is_whole(const struct out *out)
{
	return out_can(out, TERMCAN_XTERM | TERMCAN_UTF8);
}

void
render_forward(struct out *out, unsigned n)
{
	if (n == 1)
		out_text(out, "\033[C");
	else if (n)
		out_format(out, "\033[%uC", n);
}

void
render_erase(struct out *out, unsigned n)
{
	if (n == 1)
		out_text(out, "\033[X");
	else
		out_format(out, "\033[%uX", n);
}

void
render_column(struct out *out, unsigned x)
{
	out_format(out, "\033[%uG", x + 1);
	out->shifted = false;
}

void
render_shift(struct out *out, unsigned shift)
{
	if (out->everything)
		out_format(out, "\033[>%u!h", shift);
	out->shifted = shift != 0;
}

void
render_codes(struct out *out, const uint32_t *codes, unsigned n, unsigned columns)
{
	bool plain = n == 1 || graphemes_plain(codes, n, columns);
	bool mode = !plain && out_can(out, TERMCAN_GRAPHEMES);

	if (mode)
		out_text(out, "\033[?2027h");
	for (unsigned i = 0; i < n; i++)
		out_code(out, codes[i]);
	if (mode)
		out_text(out, "\033[?2027l");
	out->shifted |= graphemes_doubtful(codes, n);
}

static unsigned
character(struct out *out, const struct screen *s, cell c, bool again)
{
	const char *link = links_get(&s->links, cell_link(c));
	const uint32_t *codes;
	uint32_t one;
	unsigned n, columns = c & CELL_WIDE ? 2 : 1;

	out_style(out, styles_get(&s->styles, cell_style(c)));
	out_link(out, link, strlen(link));
	codes = clusters_codes(&s->clusters, c, &one, &n);
	if (!again) {
		render_codes(out, codes, n, columns);
		return columns;
	}
	for (unsigned i = 0; i < n; i++)
		out_code(out, codes[i]);
	out->shifted |= graphemes_doubtful(codes, n);
	return columns;
}

unsigned
render_character(struct out *out, const struct screen *s, const struct row *row, unsigned x)
{
	return character(out, s, row->c[x], false);
}

unsigned
render_word(struct out *out, const struct screen *s, cell c)
{
	return character(out, s, c, false);
}

unsigned
render_again(struct out *out, const struct screen *s, const struct row *row, unsigned x)
{
	return character(out, s, row->c[x], true);
}

unsigned
render_cells(struct out *out, const struct screen *s, const cell *cells, unsigned from, unsigned to, unsigned at)
{
	unsigned x = from;

	while (x < to) {
		cell c = cells[x];

		if (!cell_empty(c)) {
			render_forward(out, x - at);
			at = x += character(out, s, c, false);
			continue;
		}
		if (c) {
			unsigned first = x;

			while (x < to && cells[x] == c)
				x++;
			render_forward(out, first - at);
			out_style(out, styles_get(&s->styles, cell_style(c)));
			render_erase(out, x - first);
			at = first;
		} else {
			x++;
		}
	}
	return at;
}
