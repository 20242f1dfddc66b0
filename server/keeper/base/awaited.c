/* SPDX-License-Identifier: MIT */
#include "awaited.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "clock.h"
#include "loop.h"
#include "pages.h"
#include "peers.h"
#include "report.h"

static const unsigned char none[ATTACH_TOKEN];

static bool
has_token(const struct awaited *a)
{
	return memcmp(a->token, none, sizeof none) != 0;
}

static void
describe(const struct peer *peer, struct awaited *a)
{
	const struct terminal *t = &peer->t;

	/* The bytes between the members too: a reader compares and keeps the whole. */
	memset(a, 0, sizeof *a);
	memcpy(a->token, peer->token, sizeof a->token);
	a->stage = peer->phase == PEER_ATTACHED ? AWAITED_ATTACHED : AWAITED_GRANTED;
	a->serial = peer->serial;
	a->mode = peer->claim.mode;
	a->flags = peer->claim.flags;
	a->more_groups = peer->more_groups;
	a->active = peer->active;
	a->device = peer->device;
	a->inode = peer->inode;
	memcpy(a->stream, peer->claim.framed.stream, sizeof a->stream);
	a->tuple = peer->probe.tcp.tuple;
	memcpy(a->address, peer->address, sizeof a->address);
	a->size = t->size;
	a->raw = t->raw;
	if (t->raw)
		a->saved = t->saved;
	a->place = peer->place;
}

/* One that comes back right now is among those that are awaited, until it is attached. */
static bool
comes_back(const struct peer *peer)
{
	return peer->phase == PEER_ATTACHED || (peer->phase == PEER_CLAIMED && peer->claim.mode != ATTACH_MODE_AGAIN &&
	                                        memcmp(peer->token, none, sizeof none) != 0);
}

unsigned
awaited_note(const struct keeper *k, struct awaited *out, unsigned max)
{
	unsigned n = 0;

	for (unsigned i = 0; i < k->peers.count && n < max; i++)
		if (comes_back(k->peers.v[i]))
			describe(k->peers.v[i], &out[n++]);
	for (unsigned i = 0; k->awaiting && i < k->awaiting->count && n < max; i++)
		out[n++] = k->awaiting->v[i];
	return n;
}

/* Each field of A can be used; the keeper that wrote it had a fault, perhaps. */
static bool
is_good(const struct awaited *a)
{
	const int family = a->tuple.family;

	if (a->stage != AWAITED_GRANTED && a->stage != AWAITED_ATTACHED)
		return false;
	if (a->mode < ATTACH_MODE_FIRST || a->mode > ATTACH_MODE_AGAIN || a->put_out > ATTACH_WHY_DEAD)
		return false;
	if (a->place > PEERS_MAX)
		return false;
	if (!has_token(a) && (a->stage != AWAITED_ATTACHED || !(a->flags & ATTACH_FLAG_FRAMED)))
		return false;
	return (family == 0 || family == AF_INET || family == AF_INET6) &&
	       memchr(a->address, '\0', sizeof a->address) != NULL;
}

/* The list in the session's memory, or NULL. */
static struct awaited_list *
list_of(struct keeper *k)
{
	if (k->attached)
		return k->attached;
	k->attached = vital_map(&k->vital, VITAL_AWAITED, 0, sizeof *k->attached, true);
	/* A painter is to have no tokens. */
	if (k->attached)
		madvise(k->attached, sizeof *k->attached, MADV_DONTFORK);
	return k->attached;
}

/* Whether the places that count are just these. */
static bool
is_same(const struct awaited_list *l, const struct awaited *v, unsigned count)
{
	if (!l->counts || l->size != sizeof *v || l->count[l->counts & 1] != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (memcmp(&l->v[i][l->counts & 1], &v[i], sizeof *v) != 0)
			return false;
	return true;
}

void
awaited_save(struct keeper *k)
{
	static struct awaited PAGES_OWN v[PEERS_MAX];
	unsigned count = awaited_note(k, v, PEERS_MAX);
	struct awaited_list *l = count || k->attached ? list_of(k) : NULL;
	uint32_t next;

	if (!l || is_same(l, v, count))
		return;
	/* None: as if none had ever been written, and its memory goes back to the system. */
	if (!count) {
		vital_forget(&k->vital, VITAL_AWAITED, 0);
		munmap(l, sizeof *l);
		k->attached = NULL;
		pages_give_back(v, sizeof v);
		return;
	}
	next = l->counts == 2 ? 1 : 2;
	for (unsigned i = 0; i < count; i++)
		l->v[i][next & 1] = v[i];
	l->count[next & 1] = count;
	l->size = sizeof *v;
	__atomic_store_n(&l->counts, next, __ATOMIC_RELEASE);
}

/* The last call of the keeper before was a write to a terminal. */
static void
settle_shown(struct keeper *k)
{
	const struct vital_moved *m = &k->vital.moved;

	if (m->call == VITAL_SHOWN)
		k->attached->shown[m->index] = m->known ? m->at + m->bytes + 1 : 0;
}

void
awaited_restore(struct keeper *k)
{
	static struct awaited v[PEERS_MAX];
	const struct awaited_list *l = list_of(k);
	unsigned count = l ? l->count[l->counts & 1] : 0;

	/* A list of another version is longer or shorter: its attachments join anew (session/enter/returning.h). */
	if (!l || !l->counts || l->counts > 2 || l->size != sizeof *v || count > PEERS_MAX)
		return;
	for (unsigned i = 0; i < count; i++)
		v[i] = l->v[i][l->counts & 1];
	settle_shown(k);
	awaited_take(k, v, count);
}

static bool
is_taken(const struct keeper *k, uint32_t place)
{
	for (unsigned i = 0; i < k->peers.count; i++)
		if (k->peers.v[i]->place == place && k->peers.v[i]->phase != PEER_GONE)
			return true;
	for (unsigned i = 0; k->awaiting && i < k->awaiting->count; i++)
		if (k->awaiting->v[i].place == place)
			return true;
	return false;
}

uint64_t *
awaited_place(struct peer *peer)
{
	struct awaited_list *l = list_of(peer->keeper);
	const struct awaited *a = awaited_find(peer->keeper, peer->token);

	/* The list names its place until the end of this turn, and until then that is kept up to date. */
	if (l && a && a->place) {
		peer->place = a->place;
		return &l->shown[a->place - 1];
	}
	for (uint32_t place = 1; l && place <= PEERS_MAX; place++) {
		if (is_taken(peer->keeper, place))
			continue;
		peer->place = place;
		l->shown[place - 1] = 0;
		return &l->shown[place - 1];
	}
	return NULL;
}

bool
awaited_shown(struct keeper *k, const struct awaited *a, uint64_t *offset)
{
	const struct awaited_list *l = list_of(k);
	uint64_t shown = l && a->place ? l->shown[a->place - 1] : 0;

	if (!shown || k->again_lossy || shown - 1 < ring_oldest(&k->ring) || shown - 1 > k->ring.head)
		return false;
	*offset = shown - 1;
	return true;
}

void
awaited_take(struct keeper *k, const struct awaited *v, unsigned count)
{
	struct awaiting *w = calloc(1, sizeof *w);

	awaited_free(k);
	if (!w)
		return;
	k->awaiting = w;
	w->until = clock_now_ms() + AWAITED_MS;
	for (unsigned i = 0; i < count && w->count < PEERS_MAX; i++) {
		if (!is_good(&v[i]) || (has_token(&v[i]) && awaited_find(k, v[i].token)))
			continue;
		w->v[w->count++] = v[i];
		/* Those that come first get the numbers behind these. */
		if (v[i].active > k->peers.clock)
			k->peers.clock = v[i].active;
		if (v[i].serial > k->peers.serial)
			k->peers.serial = v[i].serial;
	}
	if (!w->count)
		awaited_free(k);
}

struct awaited *
awaited_find(const struct keeper *k, const unsigned char token[ATTACH_TOKEN])
{
	struct awaiting *w = k->awaiting;

	for (unsigned i = 0; w && i < w->count; i++)
		if (has_token(&w->v[i]) && memcmp(w->v[i].token, token, ATTACH_TOKEN) == 0)
			return &w->v[i];
	return NULL;
}

/* It was attached, and was not put out since. */
static bool
counts(const struct awaited *a)
{
	return a->stage == AWAITED_ATTACHED && !a->put_out;
}

struct awaited *
awaited_stream(const struct keeper *k, const unsigned char stream[FRAME_KEY])
{
	struct awaiting *w = k->awaiting;

	for (unsigned i = 0; w && i < w->count; i++)
		if (counts(&w->v[i]) && (w->v[i].flags & ATTACH_FLAG_FRAMED) &&
		    memcmp(w->v[i].stream, stream, FRAME_KEY) == 0)
			return &w->v[i];
	return NULL;
}

void
awaited_forget(struct keeper *k, struct awaited *a)
{
	struct awaiting *w = k->awaiting;

	if (!a)
		return;
	w->count--;
	memmove(a, a + 1, (size_t)(&w->v[w->count] - a) * sizeof *a);
	if (!w->count)
		awaited_free(k);
}

unsigned
awaited_count(const struct keeper *k)
{
	unsigned n = 0;

	for (unsigned i = 0; k->awaiting && i < k->awaiting->count; i++)
		n += counts(&k->awaiting->v[i]);
	return n;
}

unsigned
awaited_held(const struct keeper *k)
{
	return peers_attached(k) + awaited_count(k);
}

/* As framed_detach() with a client that is there. */
static void
put_out_stream(struct keeper *k, const struct awaited *a, enum attach_reason why)
{
	struct stream *s = a->flags & ATTACH_FLAG_FRAMED ? streams_find(&k->streams, a->stream) : NULL;

	if (!s)
		return;
	s->put_out = why == ATTACH_WHY_TAKEN ? FRAME_D_TAKEN : FRAME_D_ASKED;
	s->open = false;
}

void
awaited_put_out(struct keeper *k, enum attach_reason why)
{
	for (unsigned i = 0; k->awaiting && i < k->awaiting->count; i++) {
		struct awaited *a = &k->awaiting->v[i];

		if (!counts(a))
			continue;
		a->put_out = why;
		put_out_stream(k, a, why);
		report(k, &(struct leadermsg_report){ .type = LEADERMSG_GONE, .number = a->serial });
	}
}

void
awaited_fit_size(const struct keeper *k, struct fit *f)
{
	for (unsigned i = 0; k->awaiting && i < k->awaiting->count; i++) {
		const struct awaited *a = &k->awaiting->v[i];

		if (counts(a) && !(a->flags & ATTACH_FLAG_READONLY))
			fit_add(f, &a->size, a->active);
	}
}

void
awaited_watch(const struct keeper *k, struct loop *l)
{
	if (k->awaiting)
		loop_until(l, k->awaiting->until);
}

bool
awaited_turn(struct keeper *k)
{
	if (!k->awaiting || clock_now_ms() < k->awaiting->until)
		return false;
	for (unsigned i = 0; i < k->awaiting->count; i++)
		if (counts(&k->awaiting->v[i]))
			report(k, &(struct leadermsg_report){ .type = LEADERMSG_GONE,
			                                      .number = k->awaiting->v[i].serial });
	awaited_free(k);
	return true;
}

void
awaited_give_up(struct keeper *k)
{
	if (k->awaiting)
		k->awaiting->until = 0;
}

void
awaited_close(struct keeper *k)
{
	awaited_free(k);
	if (k->attached)
		munmap(k->attached, sizeof *k->attached);
	k->attached = NULL;
}

void
awaited_free(struct keeper *k)
{
	free(k->awaiting);
	k->awaiting = NULL;
}
