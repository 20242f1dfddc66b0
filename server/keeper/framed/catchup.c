/* SPDX-License-Identifier: MIT */
#include "catchup.h"

#include "framed_private.h"
#include "frames_out.h"
#include "kept.h"
#include "picture.h"
#include "redraw.h"

/* Tells PEER that output of CHANNEL from FROM to TO is not in the ring any more. */
static void
put_gap(struct peer *peer, unsigned channel, uint64_t from, uint64_t to)
{
	struct frame_gap m = { .channel = (uint8_t)channel, .from = from, .to = to };
	unsigned char out[32];

	kept_break(peer);
	framed_put(peer, out, frame_put_gap(&m, out, sizeof out));
}

/* A command's output that another client has taken meanwhile is gone. */
static void
pass_over_taken(struct peer *peer)
{
	struct framed *f = peer->framed;
	struct keeper *k = peer->keeper;

	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++) {
		uint64_t first = k->source->first(k, channel);

		if (f->sent[channel] >= first)
			continue;
		put_gap(peer, channel, f->sent[channel], first);
		f->sent[channel] = f->acked[channel] = first;
		window_forget(&f->window);
	}
}

void
catchup_go_on(struct peer *peer, bool quiet)
{
	struct framed *f = peer->framed;
	struct keeper *k = peer->keeper;

	if (k->source->keeps_all) {
		pass_over_taken(peer);
		return;
	}
	if (!f->skip && f->sent[0] >= ring_oldest(&k->ring))
		return;
	peer->shown = f->sent[0];
	if (f->sent[0] < ring_oldest(&k->ring))
		put_gap(peer, 0, f->sent[0], k->ring.head);
	f->skip = true;
	f->rendering_flags = 0;
	redraw_screen(peer, REDRAW_AGAIN, quiet);
}

void
catchup_return(struct peer *peer)
{
	peer->t.flow = TERMINAL_FLOWING;
	catchup_go_on(peer, peer->quiet);
	if (peer->keeper->source->has_terminal)
		picture_attend(peer->keeper);
}

void
catchup_release(struct keeper *k, unsigned channel)
{
	uint64_t all = UINT64_MAX;
	const struct peer *peer;

	if (!k->source->keeps_all)
		return;
	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->framed && peer->t.flow != TERMINAL_ASIDE && !peer->t.dead)
			all = peer->framed->acked[channel] < all ? peer->framed->acked[channel] : all;
	if (all != UINT64_MAX)
		k->source->acked(k, channel, all);
}
