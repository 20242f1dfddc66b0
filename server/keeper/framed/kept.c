/* SPDX-License-Identifier: MIT */
#include "kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "fd.h"
#include "framed_private.h"
#include "sessionmem.h"

_Static_assert(sizeof(struct kept) <= SESSIONMEM_FRAMES_BYTES / STREAMS_MAX, "they fit");
_Static_assert(FRAMED_CHANNELS == KEPT_CHANNELS, "the places in struct kept_out");

static unsigned
index_of(const struct keeper *k, const struct stream *s)
{
	return (unsigned)(s - k->streams.v);
}

static struct kept *
map(struct keeper *k, const struct stream *s)
{
	struct kept *p = vital_map(&k->vital, VITAL_FRAMES, index_of(k, s), sizeof *p, true);

	/* A painter is to have nothing of it. */
	if (p)
		madvise(p, sizeof *p, MADV_DONTFORK);
	return p;
}

static void
set_in(struct kept *p, size_t at, size_t len)
{
	__atomic_store_n(&p->in, (uint64_t)at << 32 | len, __ATOMIC_RELEASE);
}

static size_t
in_at(const struct kept *p)
{
	return (size_t)(p->in >> 32);
}

static size_t
in_len(const struct kept *p)
{
	return (size_t)(p->in & UINT32_MAX);
}

void
kept_open(struct peer *peer)
{
	struct framed *f = peer->framed;
	size_t waits = f->reader.len - f->reader.at;
	struct kept *p = f->kept = map(peer->keeper, f->stream);

	f->broken = true;
	if (!p)
		return;
	p->exact = p->counts = 0;
	memcpy(p->stream, f->stream->name, sizeof p->stream);
	memcpy(p->in_bytes, f->reader.buf + f->reader.at, waits);
	set_in(p, 0, waits);
}

void
kept_close(struct peer *peer)
{
	struct framed *f = peer->framed;

	if (!f->kept)
		return;
	f->kept->exact = f->kept->counts = 0;
	munmap(f->kept, sizeof *f->kept);
	f->kept = NULL;
	vital_forget(&peer->keeper->vital, VITAL_FRAMES, index_of(peer->keeper, f->stream));
}

void
kept_break(struct peer *peer)
{
	struct framed *f = peer->framed;

	f->broken = true;
	if (f->kept)
		__atomic_store_n(&f->kept->exact, 0, __ATOMIC_RELEASE);
}

/* Output goes on from one byte to the next. */
static bool
is_steady(const struct peer *peer)
{
	const struct framed *f = peer->framed;

	return peer->phase == PEER_ATTACHED && peer->t.flow != TERMINAL_ASIDE && !f->rendering && !f->skip && !f->exit_sent &&
	       !f->stream->put_out && f->source != FRAMED_RENDERING;
}

/* Notes the frames that are in no ring: the queue, or the rest of one frame.  Whether they have room. */
static bool
note_bytes(struct kept_out *o, const struct framed *f, bool rests)
{
	const unsigned char *from = f->control + f->control_at;
	size_t len = rests ? 0 : f->control_len;

	if (f->source == FRAMED_SPILLED) {
		from = f->spilled + f->from;
		len = f->left;
	}
	if (len > sizeof o->bytes)
		return false;
	if (len)
		memcpy(o->bytes, from, len);
	o->bytes_len = (uint32_t)len;
	return true;
}

static void
note_data(struct kept_out *o, const struct framed *f)
{
	o->head_len = o->left = 0;
	if (f->source != FRAMED_RING)
		return;
	o->head_len = (uint32_t)(f->head_len - f->head_at);
	memcpy(o->head, f->head + f->head_at, o->head_len);
	o->channel = f->channel;
	o->from = f->from;
	o->left = (uint32_t)f->left;
}

void
kept_acked(struct peer *peer)
{
	struct framed *f = peer->framed;

	for (unsigned c = 0; f->kept && c < KEPT_CHANNELS; c++)
		__atomic_store_n(&f->kept->acked[c], f->acked[c], __ATOMIC_RELEASE);
}

void
kept_write(struct peer *peer, bool rests)
{
	struct framed *f = peer->framed;
	struct kept *p = f->kept;
	struct kept_out *o;
	uint32_t next;

	if (!p)
		return;
	if (!is_steady(peer) || (f->broken && rests)) {
		kept_break(peer);
		return;
	}
	next = p->counts == 2 ? 1 : 2;
	o = &p->out[next & 1];
	if (!note_bytes(o, f, rests)) {
		kept_break(peer);
		return;
	}
	note_data(o, f);
	kept_acked(peer);
	o->rests = rests;
	o->done = 0;
	memcpy(o->sent, f->sent, sizeof o->sent);
	o->replay_to = f->replay_to;
	f->broken = false;
	__atomic_store_n(&p->counts, next, __ATOMIC_RELEASE);
	__atomic_store_n(&p->exact, 1, __ATOMIC_RELEASE);
	vital_intend(&peer->keeper->vital, VITAL_FRAMES_OUT, index_of(peer->keeper, f->stream), 0);
}

void
kept_wrote(struct peer *peer, ssize_t n)
{
	struct framed *f = peer->framed;
	struct kept *p = f->kept;

	if (!p || f->broken)
		return;
	if (n > 0)
		__atomic_store_n(&p->out[p->counts & 1].done, (uint64_t)n, __ATOMIC_RELEASE);
	vital_done(&peer->keeper->vital);
}

void
kept_join(struct peer *peer)
{
	struct framed *f = peer->framed;

	kept_open(peer);
	f->broken = false;
	kept_write(peer, f->source && (f->head_at || f->source == FRAMED_SPILLED));
	kept_wrote(peer, 0);
}

/* Room behind the bytes that wait: where, and in *ROOM how much. */
static unsigned char *
in_room(struct kept *p, size_t *room)
{
	size_t at = in_at(p), waits = in_len(p) - at;

	/* Only where they don't overlap: whoever is killed meanwhile leaves them where they were. */
	if (at && waits <= at) {
		memcpy(p->in_bytes, p->in_bytes + at, waits);
		set_in(p, 0, waits);
	}
	*room = sizeof p->in_bytes - in_len(p);
	return p->in_bytes + in_len(p);
}

ssize_t
kept_read(struct peer *peer, unsigned char *to, size_t room)
{
	struct framed *f = peer->framed;
	struct kept *p = f->kept;
	unsigned char *place;
	size_t kept_room;
	ssize_t n;

	if (!p)
		return fd_read(peer->t.in, to, room);
	place = in_room(p, &kept_room);
	vital_intend(&peer->keeper->vital, VITAL_FRAMES_IN, index_of(peer->keeper, f->stream), in_len(p));
	n = fd_read(peer->t.in, place, room < kept_room ? room : kept_room);
	if (n > 0) {
		set_in(p, in_at(p), in_len(p) + (size_t)n);
		memcpy(to, place, (size_t)n);
	}
	vital_done(&peer->keeper->vital);
	return n;
}

void
kept_taken(struct peer *peer)
{
	struct framed *f = peer->framed;

	if (f && f->kept)
		set_in(f->kept, in_len(f->kept) - (f->reader.len - f->reader.at), in_len(f->kept));
}

/* From here on: another keeper's words, of which each is looked at. */

/* What that keeper's last call has moved, if that was one of P's. */
static bool
settle(struct keeper *k, struct kept *p, unsigned index)
{
	const struct vital_moved *m = &k->vital.moved;

	if (m->index != index || (m->call != VITAL_FRAMES_IN && m->call != VITAL_FRAMES_OUT))
		return true;
	if (!m->known)
		return false;
	if (m->call == VITAL_FRAMES_OUT)
		p->out[p->counts & 1].done = m->bytes;
	else if (m->at + m->bytes > sizeof p->in_bytes || m->at > in_len(p))
		return false;
	else
		set_in(p, in_at(p), m->at + m->bytes);
	return true;
}

static bool
out_ok(struct keeper *k, const struct kept *p)
{
	const struct kept_out *o = &p->out[p->counts & 1];
	const struct ring *r = o->channel < KEPT_CHANNELS ? k->source->ring(k, o->channel) : NULL;

	/* A head that has begun lacks a byte. */
	if (o->bytes_len > sizeof o->bytes || o->head_len > sizeof o->head - !!o->rests || o->left > FRAMED_DATA_MAX)
		return false;
	if (o->left && (!r || o->from < ring_oldest(r) || o->from > r->head || o->left > r->head - o->from))
		return false;
	for (unsigned c = 0; c < KEPT_CHANNELS; c++) {
		r = k->source->ring(k, c);
		if (p->acked[c] > o->sent[c] || o->sent[c] > (r ? r->head : 0))
			return false;
		if (r && o->sent[c] < ring_oldest(r))
			return false;
	}
	return o->replay_to <= k->ring.head && o->done <= (uint64_t)o->bytes_len + o->head_len + o->left;
}

static bool
is_good(struct keeper *k, const struct stream *s, struct kept *p)
{
	if (memcmp(p->stream, s->name, sizeof p->stream) != 0 || !p->counts || p->counts > 2 || p->exact != 1)
		return false;
	if (!settle(k, p, index_of(k, s)))
		return false;
	return in_at(p) <= in_len(p) && in_len(p) <= sizeof p->in_bytes && in_len(p) - in_at(p) <= FRAME_MAX + 4 &&
	       out_ok(k, p);
}

bool
kept_can_go_on(struct keeper *k, const unsigned char stream[FRAME_KEY])
{
	struct stream *s = streams_find(&k->streams, stream);
	struct kept *p = s && !s->users ? map(k, s) : NULL;
	bool good = p && is_good(k, s, p);

	if (p)
		munmap(p, sizeof *p);
	return good;
}

/* Of LEN bytes of what was to be written: how many of the *DONE ones. */
static size_t
gone_of(size_t len, uint64_t *done)
{
	size_t gone = *done < len ? (size_t)*done : len;

	*done -= gone;
	return gone;
}

/* The frame of the ring that was under way, or was to follow the queue. */
static void
take_data(struct framed *f, const struct kept_out *o, bool rests, uint64_t done)
{
	size_t gone = gone_of(o->head_len, &done);

	/* A byte before the head's, which has been written, where the frame has begun. */
	f->head_at = rests || gone ? 1 : 0;
	f->head_len = f->head_at + o->head_len - gone;
	memcpy(f->head + f->head_at, o->head + gone, o->head_len - gone);
	gone = gone_of(o->left, &done);
	f->channel = o->channel;
	f->from = o->from + gone;
	f->left = o->left - gone;
	f->source = FRAMED_RING;
}

/* Takes what was to be written, but for the part that has been. */
static int
take_rest(struct framed *f, const struct kept_out *o)
{
	uint64_t done = o->done;
	size_t gone = gone_of(o->bytes_len, &done), len = o->bytes_len - gone;

	if (done < (uint64_t)o->head_len + o->left) {
		take_data(f, o, o->rests, done);
	} else if (len && o->rests) {
		f->spilled = malloc(len);
		if (!f->spilled)
			return -ENOMEM;
		memcpy(f->spilled, o->bytes + gone, len);
		f->source = FRAMED_SPILLED;
		f->left = len;
		return 0;
	}
	memcpy(f->control, o->bytes + gone, len);
	f->control_len = len;
	return 0;
}

int
kept_go_on(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct framed *f = peer->framed;
	struct kept *p = f->kept = map(k, f->stream);
	const struct kept_out *o;

	if (!p || !is_good(k, f->stream, p))
		return -EPROTO;
	/* It is done with. */
	k->vital.moved.call = k->vital.moved.index == index_of(k, f->stream) ? VITAL_NOTHING : k->vital.moved.call;
	o = &p->out[p->counts & 1];
	memcpy(f->sent, o->sent, sizeof f->sent);
	memcpy(f->acked, p->acked, sizeof f->acked);
	f->replay_to = o->replay_to;
	f->replay_until = CLOCK_NEVER;
	f->reader.len = in_len(p) - in_at(p);
	memcpy(f->reader.buf, p->in_bytes + in_at(p), f->reader.len);
	f->again = true;
	return take_rest(f, o);
}
