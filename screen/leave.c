/* SPDX-License-Identifier: MIT */
/* The output to a terminal that is left (screen_leave): resets modes that would disturb the next program. */
#include "screen.h"

#include "model.h"
#include "out.h"
#include "progress.h"
#include "render_state.h"
#include "row.h"

/* The last row of the primary screen that has text, or the cursor's if that is below. */
static unsigned
last_row(const struct screen *s)
{
	unsigned cursor = s->alternate ? s->saved[0].y : s->y, y = s->rows - 1;

	while (y > cursor && row_used(s->primary[y]) == 0)
		y--;
	return y;
}

/*
 * What programs have set while the terminal was attached is reset also where terminfo does not say that the terminal
 * has it: their output went there as it was.
 */
static struct termcan
with_what_is_set(const struct screen *s, const struct termcan *target)
{
	struct termcan t = *target;

	if (!(t.can & TERMCAN_XTERM))
		return t;
	for (unsigned i = 0; i < 2; i++)
		if (s->kitty[i].n || s->kitty[i].base)
			t.can |= TERMCAN_KITTY_KEYS;
	for (unsigned i = 0; i < MODIFIERS; i++)
		if (s->modifiers[i] >= 0)
			t.can |= TERMCAN_MODIFY_KEYS;
	if (mode(s, MODE_THEME))
		t.can |= TERMCAN_THEME_REPORTS;
	if (mode(s, MODE_SIZE))
		t.can |= TERMCAN_SIZE_REPORTS;
	if (s->progress.state)
		t.can |= TERMCAN_PROGRESS;
	return t;
}

/* Without ECMA-48 there is nothing that a rendering could have set. */
void
screen_leave(const struct screen *s, const struct termcan *target, screen_put *put, void *to)
{
	struct termcan widened = { .can = 0 };
	struct out out;

	if (target && termcan_known(target))
		widened = with_what_is_set(s, target);
	out_begin(&out, &widened, put, to);
	if (!out_can(&out, TERMCAN_ECMA48)) {
		out_text(&out, "\r\n");
		out_flush(&out);
		return;
	}
	if (out_can(&out, TERMCAN_XTERM))
		out_text(&out, "\033\\");
	if (s->alternate && out_can(&out, TERMCAN_KITTY_KEYS))
		out_text(&out, "\033[<99u");
	if (s->alternate)
		render_to_main(&out);
	if (out_can(&out, TERMCAN_SOFT_RESET))
		out_text(&out, "\033[!p");
	render_reset(&out);
	if (out_can(&out, TERMCAN_SYNCHRONIZED))
		out_text(&out, "\033[?2026l");
	if (out_can(&out, TERMCAN_HIDES))
		out_text(&out, "\033[?25h");
	if (s->colours.palette && out_can(&out, TERMCAN_PALETTE))
		out_text(&out, "\033]104\033\\\033]105\033\\");
	for (unsigned i = 0; i < 3; i++)
		if (s->colours.dynamic[i] && out_can(&out, TERMCAN_THEME))
			out_format(&out, "\033]%u\033\\", 110 + i);
	progress_leave(&out, &s->progress);
	out_format(&out, "\033[%uH\r\n", last_row(s) + 1);
	out_flush(&out);
}
