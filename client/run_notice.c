/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "clock.h"
#include "local.h"
#include "local_notice.h"
#include "run_notice.h"
#include "run_output.h"
#include "run_predict.h"

#define SHOWN_AFTER_MS 1000u
#define SAID_AFTER_MS 3000u

/* The row stays blank until the host draws the screen anew; output before that may write over it. */
void
run_notice_gone(struct run *r)
{
	char out[128];

	if (r->notice_rows)
		local_sink_write(&r->out, out, local_notice_erase(r->notice_row, out, sizeof out));
	r->notice_rows = 0;
	r->notice = 0;
}

static void
draw(struct run *r, uint64_t now)
{
	struct local_notice n = {
		.host = target_name(r->target), .reason = r->reason, .seconds = (now - r->away) / 1000,
		.kept = link_input_kept(&r->stream.input), .full = r->refused_keys, .fits = r->paste.fits,
		.stopped = r->stopped, .escape = r->escape.character, .utf8 = local_utf8(),
	};
	char text[512], out[640];
	struct frame_size size;
	unsigned row;

	local_size(&size);
	if (size.rows < 2 || size.cols < 20 || local_holdback_inside(&r->held) || local_sink_waiting(&r->out))
		return;
	row = run_predict_free_row(r, size.rows);
	if (r->notice_rows && (r->notice_rows != size.rows || r->notice_row != row))
		run_notice_gone(r);
	local_notice_text(&n, size.cols - 1, text, sizeof text);
	local_sink_write(&r->out, out, local_notice_draw(text, row, out, sizeof out));
	r->notice_rows = size.rows;
	r->notice_row = row;
	r->redraw = true;
}

/* Without a screen to draw on: one line on standard error, if that is a terminal. */
static void
say_once(struct run *r)
{
	if (r->said || !isatty(2))
		return;
	r->said = true;
	run_say(r, "%s does not answer%s%s%s; trying again", target_name(r->target), *r->reason ? " (" : "", r->reason,
	        *r->reason ? ")" : "");
}

uint64_t
run_notice_due(const struct run *r)
{
	if (!r->away || !(r->stream.attached || r->o->no_session) || run_child_asks(r))
		return CLOCK_NEVER;
	if (!local_is_raw())
		return r->said || !isatty(2) ? CLOCK_NEVER : r->away + SAID_AFTER_MS;
	return r->notice ? r->notice : r->away + SHOWN_AFTER_MS;
}

void
run_notice_tick(struct run *r, uint64_t now)
{
	if (now < run_notice_due(r))
		return;
	if (!local_is_raw()) {
		say_once(r);
		return;
	}
	draw(r, now);
	/* At each whole second of the absence. */
	r->notice = r->away + ((now - r->away) / 1000 + 1) * 1000;
}
