/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <string.h>

#include "model.h"
#include "out.h"
#include "parser.h"
#include "progress.h"
#include "render_rows.h"
#include "render_state.h"

/*
 * Ends an open sequence, and puts the terminal onto its main screen without margins; the cursor stays where it is.
 * DECSTR twice, because each screen has a saved cursor of its own, which DECSTR resets.  No RIS: it may clear the
 * scrollback.
 */
static void
end_open(struct out *out)
{
	out_text(out, "\033\\\033[!p\033[?1047l\033[!p");
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
	return a->x == b->x && a->y == b->y && style_equal(&a->pen, &b->pen) && a->origin == b->origin &&
	       memcmp(&a->charsets, &b->charsets, sizeof a->charsets) == 0;
}

/* Resets modes that change the meaning of positions and characters. */
static void
after_saved(struct out *out, const struct saved *saved)
{
	if (saved->origin)
		out_text(out, "\033[?6l");
	out_text(out, "\033(B\033)B\033*B\033+B\017");
	out_plain(out);
}

static void
render_save(struct out *out, const struct saved *saved, const char *how)
{
	render_saved(out, saved);
	out_text(out, how);
	after_saved(out, saved);
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
		render_save(out, &s->entered, "\033[?1049h\033[?1049l");
		now = &s->entered;
	}
	if (s->alternate && together)
		render_save(out, &s->saved[0], "\033[?1049h");
	else if (s->alternate || !saved_equal(&s->saved[0], now))
		render_save(out, &s->saved[0], "\0337");
	if (!s->alternate)
		return;
	out_text(out, together ? "\033[2J" : "\033[?1047h\033[2J");
	render_alternate(out, s);
	render_kitty(out, s, true);
	if (!saved_equal(&s->saved[1], &fresh))
		render_save(out, &s->saved[1], "\0337");
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
	end_open(&out);
	if (!o->no_scrollback || o->push_up)
		push_up(&out, s);
	render_reset(&out);
	out_text(&out, "\033[H\033[J");
	render_stream(&out, s, o);
	render_tabs(&out, s);
	render_kitty(&out, s, false);
	render_saves(&out, s);
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
