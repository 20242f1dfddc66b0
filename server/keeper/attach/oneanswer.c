/* SPDX-License-Identifier: MIT */
#include "oneanswer.h"

#include <string.h>

#include "answers.h"
#include "asked.h"
#include "clock.h"

#define LOOK_BACK 16384 /* a query further back in the output is none that a terminal answers now */
#define KEPT_MS ASKED_MS /* older answers are not typed */

/* Whether PEER was leading until a moment ago. */
static bool
is_before(const struct peer *peer)
{
	const struct peers *t = &peer->keeper->peers;

	return t->before == peer && clock_now_ms() < t->before_until;
}

static bool
answers(const struct peer *peer)
{
	const struct peers *t = &peer->keeper->peers;
	const struct peer *leading;

	if (t->before && peer_listens(t->before) && is_before(t->before))
		return t->before == peer;
	leading = peers_leading(peer->keeper);
	return !leading || leading == peer;
}

bool
oneanswer_wanted(const struct peer *peer)
{
	if (peer->keeper->peers.count < 2 && termreports_idle(&peer->reports))
		return false;
	return !termreports_idle(&peer->reports) || !answers(peer) || peers_leading(peer->keeper) != peer;
}

/* The end of the first query for the cursor's place between FROM and TO; 0: none. */
static uint64_t
find_query(const struct ring *r, uint64_t from, uint64_t to)
{
	static const char *const queries[] = { "\033[6n", "\033[?6n" };
	uint64_t first = 0;

	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		size_t len = strlen(queries[i]);
		const unsigned char *p = ring_at(r, from), *at = memmem(p, (size_t)(to - from), queries[i], len);

		if (at && (!first || from + (uint64_t)(at - p) + len < first))
			first = from + (uint64_t)(at - p) + len;
	}
	return first;
}

static bool
sessiondir_was_asked(void *object)
{
	struct peer *peer = object;
	const struct ring *r = &peer->keeper->ring;
	uint64_t to = peer->ops->written(peer), from = peer->place_told, found;

	if (!peer->keeper->source->has_terminal)
		return false;
	if (from < ring_oldest(r))
		from = ring_oldest(r);
	if (to - from > LOOK_BACK && to > from)
		from = to - LOOK_BACK;
	found = to > from ? find_query(r, from, to) : 0;
	if (found)
		peer->place_told = found;
	return found != 0;
}

/* The answers of the other terminals are not needed any more. */
static void
forget_kept(struct keeper *k)
{
	for (unsigned i = 0; i < k->peers.count; i++)
		k->peers.v[i]->reports.kept_len = 0;
}

/* PEER was leading before, and may still answer.  If its input is only answers, the other terminal goes on leading. */
static size_t
let_pass(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out, bool *typed)
{
	*typed = termreports_watch(&peer->reports, p, len, sessiondir_was_asked, peer, out) > 0;
	memcpy(out, p, len);
	forget_kept(peer->keeper);
	return len;
}

size_t
oneanswer_filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out, bool *typed)
{
	uint64_t now = clock_now_ms();
	size_t kept = peer->reports.kept_len, n;

	if (answers(peer) && (termreports_idle(&peer->reports) || peer->reports.passed))
		return let_pass(peer, p, len, out, typed);
	if (kept && now - peer->kept_ms >= KEPT_MS)
		kept = peer->reports.kept_len = 0;
	n = termreports_filter(&peer->reports, p, len, now, sessiondir_was_asked, peer, out);
	if (peer->reports.kept_len > kept) {
		peer->kept_ms = now;
		if (peer->kept_epoch != peer->keeper->front.epoch) {
			peer->reports.kept_len -= kept;
			memmove(peer->reports.kept, peer->reports.kept + kept, peer->reports.kept_len);
		}
		peer->kept_epoch = peer->keeper->front.epoch;
	}
	*typed = n > 0;
	return n;
}

void
oneanswer_leads(struct peer *peer)
{
	struct peers *t = &peer->keeper->peers;
	struct peer *leading;

	peer->place_told = peer->ops->written(peer);
	if (t->count < 2)
		return;
	if (answers(peer))
		forget_kept(peer->keeper);
	leading = peers_leading(peer->keeper);
	if (!leading || leading == peer || (t->before && is_before(t->before)))
		return;
	t->before = leading;
	t->before_until = clock_now_ms() + ONEANSWER_GRACE_MS;
}

void
oneanswer_gone(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct peer *next = peers_leading(k);
	struct termreports *r;

	if (!next || next == peer || (next->active > peer->active && !is_before(peer)))
		return;
	r = &next->reports;
	if (r->kept_len && clock_now_ms() - next->kept_ms < KEPT_MS && !k->front.back)
		answers_take(k, next->kept_epoch, r->kept, r->kept_len);
	r->kept_len = 0;
}

size_t
oneanswer_release(struct peer *peer, unsigned char *out)
{
	return termreports_release(&peer->reports, out);
}
