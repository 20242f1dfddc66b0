/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <string.h>

#include "history.h"
#include "model.h"
#include "out.h"
#include "parser_open.h"
#include "progress.h"
#include "render_basic.h"
#include "render_cell.h"
#include "render_rows.h"
#include "render_state.h"
#include "row.h"

/*
 * Ends an open sequence, and puts the terminal onto its main screen without margins; the cursor stays where it is.
 * DECSTR twice, because each screen has a saved cursor of its own, which DECSTR resets.  No RIS: it may clear the
 * scrollback.
 */
static void
end_open(struct out *out)
{
	if (out_can(out, TERMCAN_XTERM))
		out_text(out, "\033\\\033[!p\033[?1047l\033[!p");
	else if (out_can(out, TERMCAN_REGION | TERMCAN_SAVES))
		out_text(out, "\0337\033[r\0338");
}

/* Scrolls the rows above the cursor up into the scrollback. */
static void
push_up(struct out *out, const struct screen *s)
{
	out_text(out, "\r");
	for (unsigned y = 1; y < s->rows; y++)
		out_text(out, "\n");
}

static bool
saved_equal(const struct saved *a, const struct saved *b)
{
	return a->x == b->x && a->y == b->y && a->shift == b->shift && a->origin == b->origin &&
	       style_equal(&a->pen, &b->pen) &&
	       memcmp(&a->charsets, &b->charsets, sizeof a->charsets) == 0;
}

/* Resets modes that change the meaning of positions and characters. */
static void
after_saved(struct out *out, const struct saved *saved)
{
	if (saved->origin && out_can(out, TERMCAN_ORIGIN))
		out_text(out, "\033[?6l");
	render_no_charsets(out);
	out_plain(out);
}

/* SAVED is of the screen GRID, and HOW saves it. */
static void
render_save(struct out *out, const struct screen *s, const struct saved *saved, struct row *const *grid,
            const char *how)
{
	render_saved(out, s, saved, grid);
	out_text(out, how);
	after_saved(out, saved);
	if (out->stays) {
		out_format(out, "\033[%uB", s->rows);
		out->moved = true;
	}
}

static void
draw_alternate(struct out *out, const struct screen *s)
{
	if (render_is_whole(out))
		render_alternate(out, s);
	else
		render_basic_alternate(out, s);
	render_kitty(out, s, true);
}

/*
 * What was saved of the primary screen, and the alternate one if it is on.  ?1049h and DECSC save into one place in
 * most terminals, and into two in tmux, where ?1049l takes the first also on the primary screen.
 */
static void
render_saves(struct out *out, const struct screen *s)
{
	static const struct saved fresh = { .charsets = { .g = { 'B', 'B', 'B', 'B' } } };
	const struct saved *now = &fresh;
	bool together = s->has_entered && saved_equal(&s->entered, &s->saved[0]);

	if (s->has_entered && !(s->alternate && together)) {
		render_save(out, s, &s->entered, s->primary, "\033[?1049h\033[?1049l");
		now = &s->entered;
	}
	if (s->alternate && together)
		render_save(out, s, &s->saved[0], s->primary, "\033[?1049h");
	else if (s->alternate || !saved_equal(&s->saved[0], now))
		render_save(out, s, &s->saved[0], s->primary, "\0337");
	if (!s->alternate)
		return;
	out_text(out, together ? "\033[2J" : "\033[?1047h\033[2J");
	draw_alternate(out, s);
	if (!saved_equal(&s->saved[1], &fresh))
		render_save(out, s, &s->saved[1], s->alternate, "\0337");
}

/*
 * The same for a terminal that is not like xterm, as far as it has them.  Where it has only one screen, the alternate
 * one is drawn on that.
 */
static void
render_basic_saves(struct out *out, const struct screen *s)
{
	static const struct saved fresh = { .charsets = { .g = { 'B', 'B', 'B', 'B' } } };
	const struct saved *last = &s->saved[s->alternate != NULL];

	if (s->alternate && out_can(out, TERMCAN_ALTERNATE))
		render_save(out, s, &s->saved[0], s->primary, "\033[?1049h");
	else if (s->alternate && out_can(out, TERMCAN_ALTERNATE_47))
		render_save(out, s, &s->saved[0], s->primary, "\0337\033[?47h");
	if (s->alternate) {
		out_text(out, "\033[H\033[J");
		draw_alternate(out, s);
	}
	if (!saved_equal(last, &fresh) && out_can(out, TERMCAN_SAVES))
		render_save(out, s, last, s->alternate ? s->alternate : s->primary, "\0337");
}

/* Whether something is saved that has to be said, by its place on the screen. */
static bool
saves(const struct screen *s)
{
	static const struct saved fresh = { .charsets = { .g = { 'B', 'B', 'B', 'B' } } };

	return s->has_entered || !saved_equal(&s->saved[0], &fresh);
}

/*
 * Whether the cursor's row can come last of all, so that the cursor is in that row also in a terminal in which one of
 * the rows above took more rows, or fewer, than in the model.  From what was saved the way back leads to the last row.
 */
static bool
stays(const struct out *out, const struct screen *s, const struct screen_render_options *o)
{
	size_t lines = history_lines(&s->history), history = o->no_scrollback || o->skip > lines ? 0 : lines - o->skip;
	bool odd = false;

	/* What sets margins or origin mode takes the cursor home; a row that continues another is said from that on. */
	if (!render_is_whole(out) || s->alternate || s->row[s->y]->cont || mode(s, MODE_ORIGIN) || s->top > 0 ||
	    s->bottom < s->rows - 1 || mode(s, MODE_MARGINS) || (saves(s) && history < s->rows))
		return false;
	for (unsigned y = s->y + 1; y < s->rows; y++)
		if (row_used(s->row[y]) || s->row[y]->cont || s->row[y]->marks.has)
			return false;
	for (unsigned y = 0; y <= s->y; y++)
		odd |= s->row[y]->odd;
	return odd && (s->y == s->rows - 1 || !(history || o->line));
}

static void
render_screens(struct out *out, const struct screen *s, const struct screen_render_options *o)
{
	if (!out_can(out, TERMCAN_XTERM))
		render_to_main(out);
	render_kept(out, s);
	render_reset(out);
	/* Before the rows: in some of them are tabs (trail.h). */
	render_tabs(out, s);
	out_text(out, "\033[H\033[J");
	out->stays = stays(out, s, o);
	if (render_is_whole(out))
		render_stream(out, s, o);
	else
		render_basic_stream(out, s, o);
	render_kitty(out, s, false);
	if (out_can(out, TERMCAN_XTERM))
		render_saves(out, s);
	else
		render_basic_saves(out, s);
}

void
screen_render(const struct screen *s, const struct screen_render_options *o, screen_put *put, void *to)
{
	static const struct screen_render_options none;
	struct progress progress = s->progress;
	struct out out;
	unsigned char open[PARSER_OPEN_MAX];

	if (!o)
		o = &none;
	out_begin(&out, o->target, put, to);
	if (!out_can(&out, TERMCAN_ECMA48)) {
		render_text(&out, s, o);
		out_flush(&out);
		return;
	}
	end_open(&out);
	if (!o->no_scrollback || o->push_up)
		push_up(&out, s);
	render_screens(&out, s, o);
	if (o->shell)
		progress_reset(&progress);
	progress_write(&out, &progress);
	render_state(&out, s);
	out_bytes(&out, open, parser_open(&s->parser, open));
	/* After the beginning of a character that is none: DEL does nothing anywhere, and says that it is none. */
	if (out.open)
		out_text(&out, "\177");
	out_flush(&out);
}
