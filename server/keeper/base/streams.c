/* SPDX-License-Identifier: MIT */
#include "streams.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frame_ahead.h"

struct stream *
streams_find(struct streams *t, const unsigned char name[FRAME_KEY])
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (t->v[i].age && memcmp(t->v[i].name, name, FRAME_KEY) == 0)
			return &t->v[i];
	return NULL;
}

size_t
streams_queue_bytes(const struct streams *t)
{
	return t && t->queue_bytes ? t->queue_bytes : STREAMS_QUEUE;
}

static unsigned
place_of(const struct stream *s)
{
	return (unsigned)(s - s->of->v);
}

/* The place in the session's memory; NULL: there is none. */
static struct stream_live *
live_of(const struct stream *s)
{
	return s->of && s->of->live ? &s->of->live[place_of(s)] : NULL;
}

/* INPUT and PUT as they are now count from now on, with one store. */
static void
commit_counts(const struct stream *s)
{
	struct stream_live *l = live_of(s);
	uint32_t next;

	if (!l)
		return;
	next = !(l->counts_in & 1);
	l->counts[next] = (struct stream_counts){ s->input, s->put };
	__atomic_store_n(&l->counts_in, next, __ATOMIC_RELEASE);
}

static void
commit_flags(const struct stream *s)
{
	struct stream_live *l = live_of(s);

	if (!l)
		return;
	l->flags = (s->ended ? STREAM_ENDED : 0) | (s->open ? STREAM_OPEN : 0) | s->put_out << 8;
	for (unsigned channel = 0; channel < STREAM_CHANNELS; channel++)
		l->flags |= s->closed[channel] ? STREAM_CLOSED(channel) : 0;
	l->flags |= s->watched ? STREAM_WATCHED : 0;
	l->flags |= s->watched == FRAME_WATCH_MODES ? STREAM_WATCHED_MODES : 0;
}

static void
commit_fed(const struct stream *s)
{
	struct stream_live *l = live_of(s);

	if (l)
		__atomic_store_n(&l->fed, s->fed, __ATOMIC_RELEASE);
}

/* Maps the queue of S.  Whether it is there. */
static bool
have_queue(struct stream *s)
{
	struct streams *t = s->of;
	bool own = !t || !t->live;
	void *p;

	if (s->queue)
		return true;
	p = mmap(NULL, streams_queue_bytes(t), PROT_READ | PROT_WRITE, own ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED,
	         own ? -1 : t->fd, own ? 0 : (off_t)(t->queues_at + place_of(s) * t->queue_stride));
	if (p == MAP_FAILED)
		return false;
	/* No child has any use for it. */
	madvise(p, streams_queue_bytes(t), MADV_DONTFORK);
	s->queue = p;
	return true;
}

/* The bytes of the queue from FROM to TO, which does not wrap. */
static void
discard(struct stream *s, size_t from, size_t to)
{
	if (from < to)
		madvise(s->queue + from, to - from, s->of && s->of->live ? MADV_REMOVE : MADV_DONTNEED);
}

/*
 * What the program has read goes back to the system when that is more than LEAST: all pages in which no byte waits.
 * Bytes that wait can have come around the circle to where others have been read.
 */
static void
give_back(struct stream *s, size_t least)
{
	size_t size = streams_queue_bytes(s->of), from, to;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), end = s->fed & ~(page - 1), around;

	if (!s->queue || s->fed - s->kept <= least)
		return;
	around = s->put > size ? (s->put - size + page - 1) & ~(page - 1) : 0;
	if (around < s->kept)
		around = s->kept;
	s->kept = end;
	if (around >= end)
		return;
	from = (size_t)(around & (size - 1));
	to = (size_t)(end & (size - 1));
	if (from < to) {
		discard(s, from, to);
	} else {
		discard(s, from, size);
		discard(s, 0, to);
	}
}

static void
forget_input(struct stream *s)
{
	s->fed = s->put;
	commit_fed(s);
	if (!s->queue)
		return;
	discard(s, 0, streams_queue_bytes(s->of));
	munmap(s->queue, streams_queue_bytes(s->of));
	s->queue = NULL;
}

/* A free place, or the oldest stream without a connection and without input that waits. */
static struct stream *
find_place(struct streams *t)
{
	struct stream *best = NULL;

	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		struct stream *s = &t->v[i];

		if (!s->age)
			return s;
		if (!s->users && !stream_waits(s) && (!best || s->age < best->age))
			best = s;
	}
	return best;
}

/* Begins the stream NAME in the place S: a keeper that is killed meanwhile leaves a free place. */
static void
begin(struct streams *t, struct stream *s, const unsigned char name[FRAME_KEY])
{
	struct stream_live *l;

	s->of = t;
	l = live_of(s);
	if (l)
		__atomic_store_n(&l->age, 0, __ATOMIC_RELEASE);
	forget_input(s);
	*s = (struct stream){ .age = ++t->clock, .of = t };
	memcpy(s->name, name, FRAME_KEY);
	if (!l)
		return;
	memcpy(l->name, name, FRAME_KEY);
	commit_counts(s);
	commit_fed(s);
	commit_flags(s);
	__atomic_store_n(&l->age, s->age, __ATOMIC_RELEASE);
}

struct stream *
streams_begin(struct streams *t, const unsigned char name[FRAME_KEY])
{
	struct stream *s = streams_find(t, name);

	if (!s)
		s = find_place(t);
	if (!s || s->users)
		return NULL;
	begin(t, s, name);
	return s;
}

size_t
stream_waits(const struct stream *s)
{
	return (size_t)(s->put - s->fed);
}

/* What the client of S has been told that it may send, and has not come yet. */
static size_t
promised(const struct stream *s)
{
	return s->told > s->input ? (size_t)(s->told - s->input) : 0;
}

/* How much more may wait in S: in all wide streams together, or ahead of a window, in all streams. */
static size_t
shared_room(const struct stream *s)
{
	const struct streams *t = s->of;
	size_t waits = 0, limit = t && s->wide ? t->limit : 0;

	if (t && s->ahead && limit < FRAME_INPUT_AHEAD_MAX)
		limit = FRAME_INPUT_AHEAD_MAX;
	for (unsigned i = 0; limit && i < STREAMS_MAX; i++)
		if (s->ahead || t->v[i].wide)
			waits += stream_waits(&t->v[i]) + (&t->v[i] != s ? promised(&t->v[i]) : 0);
	return waits < limit ? limit - waits : 0;
}

size_t
stream_room(const struct stream *s)
{
	size_t waits = stream_waits(s), most = streams_queue_bytes(s->of), left = most > waits ? most - waits : 0, all;

	if (promised(s) < left)
		left = promised(s);
	if (most > STREAMS_NARROW) {
		all = shared_room(s);
		most = all > most - waits ? most : waits + all;
		if (most < STREAMS_NARROW)
			most = STREAMS_NARROW;
	}
	return most > waits + left ? most - waits : left;
}

/*
 * Whether all of S's queue may stay in memory while input moves: its pages are needed again when the next bytes come
 * around, and the kernel takes longer to make them anew than to copy the bytes.
 */
static bool
may_stay(const struct stream *s)
{
	const struct streams *t = s->of;
	size_t queues = 0;

	for (unsigned i = 0; t && i < STREAMS_MAX; i++)
		queues += t->v[i].queue != NULL;
	return t && s->users && t->limit >= queues * streams_queue_bytes(t);
}

bool
stream_keeps(const struct stream *s)
{
	return s->queue && s->fed - s->kept > STREAMS_PIECE;
}

void
stream_rest(struct stream *s)
{
	give_back(s, STREAMS_KEPT);
}

int
stream_keep(struct stream *s, const unsigned char *data, size_t len, uint64_t next)
{
	size_t size = streams_queue_bytes(s->of), at = (size_t)(s->put & (size - 1)), first = size - at;

	if (len > stream_room(s) || (len && !have_queue(s)))
		return 0;
	if (first > len)
		first = len;
	if (len) {
		memcpy(s->queue + at, data, first);
		memcpy(s->queue, data + first, len - first);
	}
	s->put += len;
	s->input = next;
	commit_counts(s);
	return 1;
}

int
stream_take(struct stream *s, uint64_t offset, const unsigned char *data, size_t len, bool discard)
{
	size_t known;

	if (offset > s->input || len > UINT64_MAX - offset)
		return -EBADMSG;
	if (offset + len <= s->input)
		return 1;
	if (s->ended)
		return -EBADMSG;
	known = (size_t)(s->input - offset);
	return stream_keep(s, data + known, discard ? 0 : len - known, offset + len);
}

int
stream_end(struct stream *s, uint64_t offset)
{
	if (offset != s->input)
		return -EBADMSG;
	s->ended = true;
	commit_flags(s);
	return 0;
}

size_t
stream_waiting(const struct stream *s, const unsigned char **p)
{
	size_t size = streams_queue_bytes(s->of), at = (size_t)(s->fed & (size - 1)), len = stream_waits(s);

	*p = s->queue ? s->queue + at : NULL;
	return len < size - at ? len : size - at;
}

void
stream_used(struct stream *s, size_t n)
{
	s->fed += n;
	commit_fed(s);
	if (!may_stay(s))
		give_back(s, STREAMS_PIECE);
}

bool
streams_wait(const struct streams *t)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (stream_waits(&t->v[i]))
			return true;
	return false;
}

bool
streams_open(const struct streams *t)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (t->v[i].age && t->v[i].open)
			return true;
	return false;
}

bool
streams_closed(const struct streams *t, unsigned channel)
{
	bool closed = false;

	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		const struct stream *s = &t->v[i];

		if (s->age && s->open && !s->closed[channel])
			return false;
		closed |= s->age && s->closed[channel];
	}
	return closed;
}

bool
streams_released(const struct streams *t)
{
	bool released = false;

	for (unsigned i = 0; i < STREAMS_MAX; i++)
		released |= t->v[i].age && t->v[i].closed[0] && t->v[i].closed[1];
	return released && !streams_open(t);
}

bool
streams_ended(const struct streams *t)
{
	bool ended = false;

	for (unsigned i = 0; i < STREAMS_MAX; i++)
		ended = ended || t->v[i].ended;
	return ended && !streams_wait(t);
}

void
streams_leave(struct streams *t)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (!t->v[i].users)
			t->v[i].open = false;
}

void
streams_drop_input(struct streams *t)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		forget_input(&t->v[i]);
}

static enum frame_watch
watched_of(uint32_t flags)
{
	if (!(flags & STREAM_WATCHED))
		return FRAME_WATCH_NOT;
	return flags & STREAM_WATCHED_MODES ? FRAME_WATCH_MODES : FRAME_WATCH_ALL;
}

void
streams_restore(struct streams *t)
{
	for (unsigned i = 0; t->live && i < STREAMS_MAX; i++) {
		const struct stream_live *l = &t->live[i];
		const struct stream_counts *c = &l->counts[l->counts_in & 1];
		struct stream *s = &t->v[i];

		s->of = t;
		if (!l->age)
			continue;
		*s = (struct stream){ .age = l->age, .input = c->input, .put = c->put, .fed = l->fed,
			              .ended = l->flags & STREAM_ENDED, .open = l->flags & STREAM_OPEN,
			              .watched = watched_of(l->flags), .put_out = l->flags >> 8, .of = t };
		for (unsigned channel = 0; channel < STREAM_CHANNELS; channel++)
			s->closed[channel] = l->flags & STREAM_CLOSED(channel);
		memcpy(s->name, l->name, FRAME_KEY);
		if (stream_waits(s) && !have_queue(s))
			forget_input(s);
		t->clock = t->clock > s->age ? t->clock : s->age;
	}
}

void
streams_commit(struct streams *t)
{
	for (unsigned i = 0; t->live && i < STREAMS_MAX; i++)
		if (t->v[i].age)
			commit_flags(&t->v[i]);
}
