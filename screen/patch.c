/* SPDX-License-Identifier: MIT */
#include "patch.h"

#include <string.h>

#include "model.h"
#include "render_cell.h"
#include "render_cursor.h"

#define BACKSPACES 4 /* one more, and CUB is shorter */

void
patch_begin(struct patch *p, const struct screen *s, unsigned row, unsigned col, screen_put *put, void *to)
{
	const char *link = links_get(&s->links, s->pen_link);

	out_begin(&p->out, NULL, put, to);
	p->out.style = s->pen;
	p->out.link = link;
	p->out.link_len = strlen(link);
	p->s = s;
	p->row = row;
	p->col = col;
	p->together = p->again = p->printed = false;
}

void
patch_together(struct patch *p)
{
	out_text(&p->out, "\033[?2026h");
	p->together = true;
}

/* Within a row by relative motions: they are right also while the terminal has moved the row (a new size). */
static void
along(struct patch *p, unsigned col)
{
	if (col > p->col) {
		render_forward(&p->out, col - p->col);
	} else if (col == 0) {
		out_text(&p->out, "\r");
	} else if (p->col - col <= BACKSPACES) {
		out_bytes(&p->out, "\b\b\b\b", p->col - col);
	} else {
		out_format(&p->out, "\033[%uD", p->col - col);
	}
}

void
patch_move(struct patch *p, unsigned row, unsigned col)
{
	if (row != p->row)
		out_format(&p->out, "\033[%u;%uH", row + 1, col + 1);
	else if (col != p->col)
		along(p, col);
	p->printed &= row == p->row && col == p->col;
	p->row = row;
	p->col = col;
}

void
patch_restore(struct patch *p, unsigned row, unsigned from, unsigned to)
{
	static const struct style plain;
	const cell *cells = p->s->row[row]->c;

	for (unsigned x = from, end; x < to; x = end) {
		end = x + 1;
		patch_move(p, row, x);
		if (cells[x] == 0) {
			while (end < to && cells[end] == 0)
				end++;
			out_style(&p->out, &plain);
			render_erase(&p->out, end - x);
			continue;
		}
		while (end < to && cells[end] != 0)
			end++;
		p->col = render_cells(&p->out, p->s, cells, x, end, x);
		p->printed = true;
	}
}

void
patch_write(struct patch *p, unsigned row, unsigned col, unsigned width, const char *text, size_t len,
            const struct style *style)
{
	const char *link = links_get(&p->s->links, p->s->pen_link);

	patch_move(p, row, col);
	out_link(&p->out, link, strlen(link));
	out_style(&p->out, style);
	out_bytes(&p->out, text, len);
	p->col += width;
	p->printed = true;
}

void
patch_erase(struct patch *p, unsigned row, unsigned col, const struct style *style)
{
	const struct style background = { .bg = style->bg };

	patch_move(p, row, col);
	out_style(&p->out, &background);
	render_erase(&p->out, 1);
}

/* The pen of the model, and its link. */
static void
pen(struct patch *p)
{
	const char *link = links_get(&p->s->links, p->s->pen_link);

	out_style(&p->out, &p->s->pen);
	out_link(&p->out, link, strlen(link));
}

void
patch_home(struct patch *p)
{
	const struct screen *s = p->s;
	struct render_last last;

	if (!s->repeatable || s->x == 0 || cell_empty(s->row[s->y]->c[s->x - 1])) {
		/* What was printed here is not to be repeated either. */
		if (p->printed && p->row == s->y && p->col == s->x)
			render_column(&p->out, s->x);
		patch_move(p, s->y, s->x);
		return;
	}
	last = render_last(&p->out, s);
	patch_move(p, s->y, last.from);
	p->again = true;
}

void
patch_end(struct patch *p)
{
	pen(p);
	if (p->together)
		out_text(&p->out, "\033[?2026l");
	if (p->again)
		render_repeatable(&p->out, p->s);
	out_flush(&p->out);
}

struct style
patch_style(const struct screen *s, unsigned row, unsigned col)
{
	struct style style = s->pen;

	if (row < s->rows && col < s->cols)
		style = *styles_get(&s->styles, cell_style(s->row[row]->c[col]));
	style.attr &= ~STYLE_PROTECTED;
	return style;
}
