/* SPDX-License-Identifier: MIT */
#include "run_ahead.h"

#include <stdlib.h>
#include <string.h>

#include "frame_ahead.h"
#include "remembered.h"

#define PIECE 32000u /* with its head one packet of ssh */
#define PIECES 8u    /* at once: then everything else gets a look */

bool
run_ahead_known(const struct run *r)
{
	char account[REMEMBERED_HOST_CAP];

	target_account(r->target, account, sizeof account);
	return account[0] && remembered_for(REMEMBERED_AHEAD, account) >= 0;
}

void
run_ahead_begin(struct run *r, struct link *l)
{
	struct link_stream *s = &r->stream;

	if (s->attached)
		return;
	s->ahead = l->ahead && l->transport->logged_in && !r->terminal && !r->o->no_stdin && !r->input_terminal &&
	           run_ahead_known(r);
	link_input_begin(&s->input, s->ahead ? FRAME_INPUT_AHEAD_MAX : 0);
}

/* The link that takes it, or NULL. */
static struct link *
taker(const struct run *r)
{
	struct link *l = r->fresh;

	if (!r->stream.ahead || !l || !l->asked_attach || l->phase == LINK_DEAD || r->closing)
		return NULL;
	return l->phase < LINK_READY || frame_has_feature(l->hello.features, FRAME_INPUT_AHEAD_FEATURE) ? l : NULL;
}

bool
run_ahead_reads(const struct run *r)
{
	return taker(r) && !r->stream.input.ended;
}

static void
put(struct link *l, const struct link_input *in, const unsigned char *p, size_t n, bool last)
{
	static unsigned char data[PIECE];
	struct frame_input_ahead m = { .last = last, .offset = in->sent, .len = n };
	unsigned char head[FRAME_INPUT_AHEAD_HEAD];

	memcpy(m.mask, l->preamble + sizeof frame_magic, sizeof m.mask);
	if (n)
		memcpy(data, p, n);
	frame_mask(data, n, m.mask);
	link_put(l, head, frame_put_input_ahead_head(&m, head, sizeof head));
	link_put(l, data, (int)n);
	link_flush(l);
}

void
run_ahead_pump(struct run *r)
{
	struct link_input *in = &r->stream.input;
	struct link *l = taker(r);
	const unsigned char *p = NULL;

	for (unsigned i = 0; l && !link_queued(l); i++) {
		size_t n = link_input_next(in, &p, PIECE);
		bool last = in->ended && in->sent + n == in->end;

		if (!n && (!last || in->end_sent))
			break;
		if (i == PIECES) {
			r->more = true;
			break;
		}
		put(l, in, p, n, last);
		link_input_sent(in, n);
		in->end_sent = last;
	}
}

void
run_ahead_remember(const struct run *r)
{
	char account[REMEMBERED_HOST_CAP];
	long age;

	target_account(r->target, account, sizeof account);
	/* A terminal's session may be older than what the host has. */
	if (!account[0] || (r->stream.kind != FRAME_COMMAND && !r->stream.takes_ahead))
		return;
	age = remembered_for(REMEMBERED_AHEAD, account);
	/* Not at each command: the file is written as a whole. */
	if (r->stream.takes_ahead ? age < 0 || age > REMEMBERED_S / 2 : age >= 0)
		remembered_set(REMEMBERED_AHEAD, account, r->stream.takes_ahead);
}

void
run_ahead_hand_over(struct run *r, struct fallback *f)
{
	struct link_input *in = &r->stream.input;
	size_t kept = link_input_kept(in), n;
	const unsigned char *p;

	f->input_over = in->ended && !r->o->no_stdin;
	f->input = kept ? malloc(kept) : NULL;
	if (kept && !f->input) {
		f->wanted = false;
		asking_sayf(r->asking, "out of memory");
	}
	if (!f->input)
		return;
	in->sent = in->base;
	in->limit = in->end;
	for (; f->input_len < kept && (n = link_input_next(in, &p, kept)) > 0; f->input_len += n) {
		memcpy(f->input + f->input_len, p, n);
		link_input_sent(in, n);
	}
}
