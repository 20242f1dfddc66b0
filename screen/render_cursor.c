/* SPDX-License-Identifier: MIT */
#include "render_cursor.h"

#include <string.h>

#include "charset.h"
#include "cursor.h"
#include "flow.h"
#include "model.h"
#include "render_basic.h"
#include "render_cell.h"
#include "trail_render.h"

/* Whether positions count from the margins. */
static bool
origin(const struct out *out, const struct screen *s)
{
	return mode(s, MODE_ORIGIN) && out_can(out, TERMCAN_ORIGIN | TERMCAN_REGION);
}

void
render_margins(struct out *out, const struct screen *s)
{
	if (mode(s, MODE_MARGINS) && out_can(out, TERMCAN_SIDES)) {
		out_text(out, "\033[?69h");
		if (s->left > 0 || s->right < s->cols - 1)
			out_format(out, "\033[%u;%us", s->left + 1, s->right + 1);
	}
	if ((s->top > 0 || s->bottom < s->rows - 1) && out_can(out, TERMCAN_REGION))
		out_format(out, "\033[%u;%ur", s->top + 1, s->bottom + 1);
	if (origin(out, s))
		out_text(out, "\033[?6h");
}

/* What that text makes of screen.shift, if it is SHIFT before. */
static unsigned
shift_behind(const struct screen *s, const struct render_last *last, unsigned shift)
{
	const struct row *row = s->row[s->y];

	for (unsigned x = last->from; x < last->to; x++)
		if (flow_doubtful(s, row, x))
			shift = x + (row->c[x] & CELL_WIDE ? 2 : 1) + 1;
	return shift;
}

struct render_last
render_last(const struct out *out, const struct screen *s)
{
	const struct row *row = s->row[s->y];
	unsigned x = s->pending ? cursor_edge(s) : s->x - 1;
	struct render_last last = { .to = x + 1 };

	if (row->c[x] & CELL_TAIL)
		x--;
	last.from = x;
	if (row->odd && render_is_whole(out) && !mode(s, MODE_CLUSTERS) && s->left == 0 && s->right == s->cols - 1) {
		last.from = flow_cluster(s, row, x);
		if (shift_behind(s, &last, s->shift) != s->shift)
			last.from = x;
	}
	return last;
}

/* Up to where that text begins. */
static void
arrive_before(struct out *out, const struct screen *s, struct flow_place *place, const struct render_last *last)
{
	bool doubtful = shift_behind(s, last, 0) != 0;

	place->x = place->lead = last->from;
	place->leads = s->row[s->y]->c[last->from] & CELL_SHIFTED && render_is_whole(out);
	place->shift = !place->leads ? 0 : doubtful || !s->shift ? FLOW_ANY : s->shift;
	/* Printing it may also wrap, which makes the shift 1. */
	place->over = (!s->repeatable || (mode(s, MODE_WRAP) && !mode(s, MODE_INSERT))) && (doubtful || s->shift == 1);
	flow_arrive(out, s, place);
}

/* By the way in which the row came about, where that is known (trail.h); false: it is not. */
static bool
arrive_by_trail(struct out *out, const struct screen *s, const struct flow_place *place, const struct render_last *last)
{
	unsigned said_again;

	if (!trail_leads_to(s, last->from, last->to, &said_again))
		return false;
	/* The row that came last was left at the cursor. */
	if (out->stays && !out->moved)
		return true;
	out_link(out, "", 0);
	out_plain(out);
	if (out->stays)
		out_text(out, "\r\033[2K");
	else
		out_format(out, "\033[%uH\033[2K", s->y - place->origin_y + 1);
	trail_arrive(out, s, said_again);
	return true;
}

/* From a pending wrap back to the tab stop that CBT has moved the cursor to. */
static void
render_backtab(struct out *out, const struct screen *s)
{
	unsigned n = 0;

	for (unsigned x = cursor_edge(s); x > s->x; x--)
		n += x == s->x + 1 || s->tabs[x - 1];
	if (n)
		out_format(out, "\033[%uZ", n);
}

void
render_cursor(struct out *out, const struct screen *s)
{
	bool again = s->repeatable && render_is_whole(out), counts = origin(out, s);
	struct render_last last;
	struct flow_place place = {
		.grid = s->row, .x = s->x, .y = s->y, .shift = s->shift, .leads = s->shift && render_is_whole(out),
		.lead = s->shift ? s->shift - 1 : 0,
		.origin_x = counts && out_can(out, TERMCAN_SIDES) ? s->left : 0, .origin_y = counts ? s->top : 0,
		.stays = out->stays,
	};

	last = again ? render_last(out, s) : (struct render_last){ 0 };
	if (render_is_whole(out) && arrive_by_trail(out, s, &place, &last))
		return;
	if (!again && !(s->pending && out_can(out, TERMCAN_WRAPS | TERMCAN_STAYS))) {
		flow_arrive(out, s, &place);
		return;
	}
	if (!again)
		last = render_last(out, s);
	arrive_before(out, s, &place, &last);
	if (!render_is_whole(out)) {
		render_basic_character(out, s, s->row[s->y], last.from);
	} else if (!again) {
		for (unsigned x = last.from; x < last.to;)
			x += render_character(out, s, s->row[s->y], x);
		render_backtab(out, s);
		if (s->row[s->y]->odd || s->shift)
			render_shift(out, s->shift);
	} else if (mode(s, MODE_INSERT)) {
		/* Printing it will move the rest of the row to where it is now. */
		out_plain(out);
		out_format(out, "\033[%uP", last.to - last.from);
	}
}

/* Where line drawing is shifted in, the letter is printed: ghostty shows no character beyond ASCII there. */
void
render_repeatable(struct out *out, const struct screen *s)
{
	const struct row *row = s->row[s->y];
	struct render_last last = render_last(out, s);

	for (unsigned x = last.from; x < last.to;) {
		cell c = row->c[x];
		uint32_t code = (uint32_t)(c & CELL_CODE), letter = c & CELL_CLUSTER ? code : charset_letter(s, code);

		if (letter == code) {
			x += render_again(out, s, row, x);
			continue;
		}
		out_style(out, styles_get(&s->styles, cell_style(c)));
		out_link(out, links_get(&s->links, cell_link(c)), strlen(links_get(&s->links, cell_link(c))));
		out_code(out, letter);
		x++;
	}
}
