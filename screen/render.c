/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <string.h>

#include "model.h"
#include "out.h"
#include "parser.h"
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
saved_plain(const struct saved *saved)
{
	static const struct style plain;
	static const unsigned char ascii[4] = { 'B', 'B', 'B', 'B' };

	return saved->x == 0 && saved->y == 0 && style_equal(&saved->pen, &plain) && !saved->origin &&
	       memcmp(saved->charsets.g, ascii, sizeof ascii) == 0 && saved->charsets.gl == 0;
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

void
screen_render(const struct screen *s, const struct screen_render_options *o, screen_put *put, void *to)
{
	static const struct screen_render_options none;
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
	if (s->alternate) {
		render_save(&out, &s->saved[0], "\033[?1049h");
		out_text(&out, "\033[2J");
		render_alternate(&out, s);
		render_kitty(&out, s, true);
	}
	if (!saved_plain(&s->saved[s->alternate != NULL]))
		render_save(&out, &s->saved[s->alternate != NULL], "\0337");
	render_state(&out, s);
	out_bytes(&out, open, parser_open(&s->parser, open));
	out_flush(&out);
}
