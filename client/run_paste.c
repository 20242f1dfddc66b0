/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "clock.h"
#include "run_output.h"
#include "run_paste.h"
#include "run_predict.h"

#define PAUSE_MS 100u /* a person's keys, and what a terminal writes of a paste, are this far apart */

static const unsigned char bracket_open[] = "\033[200~", bracket_close[] = "\033[201~";
#define BRACKET (sizeof bracket_open - 1)

bool
run_paste_comes(const struct run *r, uint64_t now)
{
	return r->away && r->input_terminal && (r->paste.open || now < r->paste.last + PAUSE_MS);
}

uint64_t
run_paste_due(const struct run *r, uint64_t now)
{
	return run_paste_comes(r, now) && !r->paste.open ? r->paste.last + PAUSE_MS : CLOCK_NEVER;
}

/* Where in the input the paste begins that DATA, which comes next, belongs to. */
static void
find_begin(struct run *r, const unsigned char *data, size_t len, uint64_t now)
{
	const unsigned char *open = memmem(data, len, bracket_open, BRACKET);

	if (open) {
		r->paste.from = r->stream.input.end + (uint64_t)(open - data);
		r->paste.open = true;
	} else if (!r->paste.open && now >= r->paste.last + PAUSE_MS) {
		r->paste.from = r->stream.input.end;
	}
	r->paste.last = now;
	if (memmem(data, len, bracket_close, BRACKET))
		r->paste.open = false;
}

/* Keys after what was refused are refused too, so that none is missing in between. */
static void
refuse(struct run *r, size_t len)
{
	struct link_input *in = &r->stream.input;

	if (!r->refused_keys) {
		r->paste.refused = link_input_take_back(in, r->paste.from);
		run_predict_reset(r);
		r->paste.fits = link_input_room(in);
	}
	r->paste.refused += len;
	r->refused_keys = true;
	local_sink_write(&r->out, "\a", 1);
}

void
run_paste_keep(struct run *r, const unsigned char *data, size_t len)
{
	if (!len)
		return;
	find_begin(r, data, len, clock_now_ms());
	if (!r->refused_keys && len <= link_input_room(&r->stream.input)) {
		run_predict_keys(r, data, len, r->stream.input.end);
		link_input_add(&r->stream.input, data, len);
	} else {
		refuse(r, len);
	}
}

void
run_paste_over(struct run *r)
{
	if (r->refused_keys)
		run_say(r, "%zu typed bytes were refused while the host did not answer: %zu would have been kept",
		        r->paste.refused, r->paste.fits);
	r->refused_keys = r->paste.open = false;
}
