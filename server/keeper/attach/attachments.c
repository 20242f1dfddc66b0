/* SPDX-License-Identifier: MIT */
#include "attachments.h"

#include <stdio.h>
#include <string.h>

#include "awaited.h"
#include "clock.h"
#include "input.h"
#include "oneanswer.h"
#include "picture.h"
#include "session.h"
#include "times.h"

static unsigned char out[256];

void
attachments_watch(struct keeper *k, struct loop *l)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (peer->reports.until)
			loop_until(l, peer->reports.until);
		if (peer->theme.reports.until)
			loop_until(l, peer->theme.reports.until);
		peer->ops->watch(peer, l);
	}
}

static void
push(struct keeper *k, bool early)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->t.flow == TERMINAL_FLOWING && !(early && peer->ops->gathers))
			peer->ops->push(peer);
}

void
attachments_push(struct keeper *k)
{
	push(k, false);
}

void
attachments_push_early(struct keeper *k)
{
	push(k, true);
}

void
attachments_feed(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		peer->ops->feed(peer);
	input_feed(k);
}

bool
attachments_behind(const struct keeper *k, uint64_t lag)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->t.flow != TERMINAL_ASIDE && !peer->t.dead && peer->ops->behind(peer, lag))
			return true;
	return false;
}

/* A terminal of another size than the session's shows what fits; once it has the session's size, it shows all again. */
static void
note_askew(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		const struct winsize *own = &peer->t.size;
		bool was = peer->askew;

		if (!own->ws_row || !own->ws_col)
			continue;
		peer->askew = own->ws_row != k->size.ws_row || own->ws_col != k->size.ws_col;
		if (was && !peer->askew)
			peer->askew = !peer->ops->fits_again(peer);
	}
}

void
attachments_fit_size(struct keeper *k)
{
	struct fit f = { .policy = k->init.size_policy };

	if (!k->source->has_terminal)
		return;
	peers_fit_size(k, &f);
	awaited_fit_size(k, &f);
	if (f.size.ws_row && f.size.ws_col && memcmp(&f.size, &k->size, sizeof f.size) != 0) {
		k->size = f.size;
		times_size(k->times, &k->ring, clock_date_ms(), &k->size);
		k->nudge_until = CLOCK_NEVER;
		picture_size(k);
		session_set_rows(k, k->size.ws_row);
	}
	note_askew(k);
}

void
attachments_typed(struct peer *peer)
{
	peer->active = ++peer->keeper->peers.clock;
	if (peer->keeper->peers.count > 1)
		attachments_fit_size(peer->keeper);
}

void
attachments_release(struct peer *peer)
{
	unsigned char held[TERMREPORTS_HELD + THEMEREPORTS_HELD];
	size_t n = oneanswer_release(peer, held);

	n += themereports_release(&peer->theme.reports, held + n);
	if (n && !peer->t.readonly)
		peer->ops->type(peer, held, n);
}

static bool
is_over(uint64_t until, uint64_t now)
{
	return until && now >= until;
}

void
attachments_unanswered(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	uint64_t seen = peer->ops->seen(peer);

	if (peer->t.in >= 0 && seen < k->answered && !peers_listen(k))
		k->answered = seen;
	oneanswer_gone(peer);
}

void
attachments_detach(struct peer *peer, enum attach_reason why, const char *target)
{
	struct attach_detached m = { .reason = why };

	if (target)
		snprintf(m.target, sizeof m.target, "%s", target);
	peer->put_out = why;
	peer->ops->detach(peer, why, target);
	peer_send(peer, out, attach_encode_detached(ATTACH_MSG_DETACHED, &m, out, sizeof out));
	peer_mark_gone(peer);
}

void
attachments_detach_all(struct keeper *k, const struct peer *except, enum attach_reason why)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer != except)
			attachments_detach(peer, why, NULL);
}

void
attachments_end(struct keeper *k, bool all)
{
	struct shell_exit end = shell_exit(&k->shell);
	struct attach_exit m = { .signaled = end.signaled, .value = end.value };
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (!all && !peer->ops->has_heard(peer))
			continue;
		/* The terminal gets its settings back before its holdfast-login hears of the end. */
		terminal_close(&peer->t);
		if (k->cause[0])
			peer_send(peer, out, attach_encode_text(ATTACH_MSG_CAUSE, k->cause, out, sizeof out));
		peer_send(peer, out, attach_encode_exit(&m, out, sizeof out));
		peer_mark_gone(peer);
	}
}

/* Its other end is not there any more. */
static void
let_dead_go(struct peer *peer)
{
	struct attach_detached m = { .reason = ATTACH_WHY_DEAD };

	peer->put_out = ATTACH_WHY_DEAD;
	peer_send(peer, out, attach_encode_detached(ATTACH_MSG_DETACHED, &m, out, sizeof out));
	peer_mark_gone(peer);
}

void
attachments_turn(struct keeper *k)
{
	uint64_t now = clock_now_ms();
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if ((is_over(peer->reports.until, now) || is_over(peer->theme.reports.until, now)) &&
		    peer->t.input_at == peer->t.input_len)
			attachments_release(peer);
		if (!peer->t.dead)
			peer->ops->turn(peer, now);
		if (peer->t.dead && peer->phase == PEER_ATTACHED)
			let_dead_go(peer);
	}
}
