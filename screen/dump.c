/* SPDX-License-Identifier: MIT */
/* The state as lines, for tests and people. */
#include "keys.h"
#include "history.h"
#include "mark.h"
#include "model.h"
#include "modes.h"
#include "out.h"
#include "sgr.h"

static void
state_style(struct out *out, const char *name, const struct style *style)
{
	char sgr[SGR_MAX];

	out_format(out, "%s ", name);
	out_bytes(out, sgr, sgr_params(style, sgr));
	out_text(out, "\n");
}

static void
state_saved(struct out *out, const char *which, const struct saved *saved)
{
	out_format(out, "saved-%s %u %u origin %d charsets %.4s %u\n", which, saved->y + 1, saved->x + 1,
	           saved->origin, (const char *)saved->charsets.g, saved->charsets.gl);
	state_style(out, "saved-pen", &saved->pen);
}

static void
state_cursor(struct out *out, const struct screen *s)
{
	const char *link = links_get(&s->links, s->pen_link);

	out_format(out, "size %u %u\ncursor %u %u\n", s->rows, s->cols, s->y + 1, s->x + 1);
	out_format(out, "pending-wrap %d\nshift %u\n", s->pending, s->shift);
	out_format(out, "repeatable %d\nsingle-shift %u\n", s->repeatable, s->single);
	state_style(out, "pen", &s->pen);
	out_format(out, "protected %d\nlink %.200s\n", (s->pen.attr & STYLE_PROTECTED) != 0, link);
	out_format(out, "charsets %.4s %u\n", (const char *)s->charsets.g, s->charsets.gl);
	out_format(out, "margins %u %u %u %u\n", s->top + 1, s->bottom + 1, s->left + 1, s->right + 1);
	state_saved(out, "primary", &s->saved[0]);
	if (s->alternate)
		state_saved(out, "alternate", &s->saved[1]);
	if (s->has_entered)
		state_saved(out, "entered", &s->entered);
}

static void
state_modes(struct out *out, const struct screen *s)
{
	out_format(out, "alternate %d\nscrollback %zu\n", s->alternate != NULL, history_lines(&s->history));
	for (size_t i = 0; i < nmode_bits; i++)
		if (!mode_bits[i].own || s->said & mode_bits[i].bit)
			out_format(out, "%s %d\n", mode_bits[i].name, mode(s, mode_bits[i].bit));
	out_format(out, "synchronized %d\nmouse %u", s->synchronized, s->mouse.protocol);
	for (unsigned i = 0; i < s->mouse.n; i++)
		out_format(out, " %u", s->mouse.encoding[i]);
	out_format(out, "\ncursor-shape %u\n", s->shape);
	out_format(out, "spa %d\nrectangle-exact %d\nchecksum-form %u\nlevel %u\nkept-modes %x %x mouse %u %u\n",
	           s->iso_protection, s->exact_extent, s->checksum, s->level, s->kept.bits, s->kept.modes,
	           s->kept.protocol, s->kept.encoded);
	for (unsigned i = 0; i < (s->alternate ? 2 : 1); i++) {
		out_format(out, "kitty-%s %u", i ? "alternate" : "primary", s->kitty[i].base);
		for (unsigned n = 0; n < s->kitty[i].n; n++)
			out_format(out, " %u", s->kitty[i].flags[n]);
		out_text(out, "\n");
	}
	out_format(out, "kitty-flags %u\n", kitty_flags(&s->kitty[s->alternate != NULL]));
	for (unsigned i = 0; i < MODIFIERS; i++)
		if (s->modifiers[i] >= 0)
			out_format(out, "modify-%u %d\n", i, s->modifiers[i]);
}

static void
state_title(struct out *out, const char *name, const struct title *t)
{
	out_format(out, "%s ", name);
	out_text(out, t->text ? t->text : "");
	out_format(out, "\n%s-stack %u\n", name, t->n);
}

static void
state_colours(struct out *out, const struct colours *c)
{
	static const char *const name[] = { "foreground", "background", "cursor-colour" };

	for (unsigned i = 0; i < 3; i++)
		if (c->dynamic[i])
			out_format(out, "%s #%06x\n", name[i], c->dynamic[i] & 0xffffff);
	for (unsigned i = 0; c->palette && i < COLOURS + SPECIALS; i++)
		if (c->palette[i])
			out_format(out, "palette-%u #%06x\n", i, c->palette[i] & 0xffffff);
}

/* Rows and columns count from 1; a mark at the last column + 1 stands behind that. */
static void
state_marks(struct out *out, const struct screen *s)
{
	struct mark mark;

	for (unsigned y = 0; y < s->rows; y++) {
		const struct marks *m = &s->primary[y]->marks;

		for (unsigned at = 0; (at = marks_next(m, at)) != MARKS_NO_MORE; at++)
			for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++)
				if (marks_get(m, kind, at, &mark)) {
					out_format(out, "mark-%u-%u%s ", y + 1, at + 1, mark.vscode ? "-vscode" : "");
					out_bytes(out, &"CDAB"[kind], 1);
					out_format(out, " %x\n", mark.says);
				}
	}
}

void
screen_state(const struct screen *s, screen_put *put, void *to)
{
	struct out out;

	out_begin(&out, NULL, put, to);
	state_cursor(&out, s);
	state_modes(&out, s);
	out_text(&out, "tabs");
	for (unsigned x = 0; x < s->cols; x++)
		if (s->tabs[x])
			out_format(&out, " %u", x + 1);
	out_text(&out, "\n");
	state_title(&out, "title", &s->title[0]);
	state_title(&out, "icon", &s->title[1]);
	out_format(&out, "directory %.200s\n", s->place ? s->place : "");
	out_format(&out, "progress %u %u\n", s->progress.state, s->progress.percent);
	state_colours(&out, &s->colours);
	state_marks(&out, s);
	out_flush(&out);
}
