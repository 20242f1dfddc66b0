/* SPDX-License-Identifier: MIT */
#include "vital.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessionmem.h"
#include "vital_check.h"

#define HEAD_MAPPED 8192 /* head, live and facts: as little memory as that takes */

_Static_assert(sizeof(struct vital_head) <= VITAL_LIVE_AT, "the head fits");
_Static_assert(VITAL_LIVE_AT + sizeof(struct vital_live) <= VITAL_FACTS_AT, "the live part fits");
_Static_assert(sizeof(struct vital_facts) <= VITAL_FACTS_STRIDE, "the facts fit");
_Static_assert(VITAL_FACTS_AT + 2 * VITAL_FACTS_STRIDE <= HEAD_MAPPED, "both fit");
_Static_assert(VITAL_KEYS_PLACES * sizeof(struct vital_keys) <= SESSIONMEM_KEYS_BYTES, "all keys fit");
_Static_assert(SESSIONMEM_QUEUES_BYTES / STREAMS_MAX >= STREAMS_QUEUE, "the queues fit");

static const struct vital_part layout[] = {
	{ VITAL_LIVE, sizeof(struct vital_live), SESSIONMEM_HEAD_AT + VITAL_LIVE_AT },
	{ VITAL_FACTS, VITAL_FACTS_STRIDE, SESSIONMEM_HEAD_AT + VITAL_FACTS_AT },
	{ VITAL_AWAITED, SESSIONMEM_AWAITED_BYTES, SESSIONMEM_AWAITED_AT },
	{ VITAL_QUEUES, STREAMS_QUEUE, SESSIONMEM_QUEUES_AT },
	{ VITAL_PICTURES, SESSIONMEM_PICTURES_BYTES / 2, SESSIONMEM_PICTURES_AT },
	{ VITAL_HANDOVER, SESSIONMEM_HANDOVER_BYTES, SESSIONMEM_HANDOVER_AT },
	{ VITAL_RINGS, 0, SESSIONMEM_RINGS_AT },
	{ VITAL_KEYS, SESSIONMEM_KEYS_BYTES, SESSIONMEM_KEYS_AT },
	{ VITAL_FRAMES, SESSIONMEM_FRAMES_BYTES / STREAMS_MAX, SESSIONMEM_FRAMES_AT },
	{ VITAL_TIMES, SESSIONMEM_TIMES_BYTES, SESSIONMEM_TIMES_AT },
};
#define LAYOUT_PARTS (sizeof layout / sizeof *layout)

/* How far it is from one of a part to the next, where there are several. */
static uint64_t
stride_of(const struct vital_part *p)
{
	return p->type == VITAL_QUEUES ? SESSIONMEM_QUEUES_BYTES / STREAMS_MAX : p->length;
}

/* Writes the layout; what a keeper reads that is killed meanwhile has no magic yet. */
static void
lay_out(struct vital_head *h)
{
	memset(h, 0, HEAD_MAPPED);
	h->version = VITAL_VERSION;
	h->parts = LAYOUT_PARTS;
	memcpy(h->part, layout, sizeof layout);
	__atomic_store_n(&h->magic, VITAL_MAGIC, __ATOMIC_RELEASE);
}

/* The parts that the program which laid it out did not have: nobody has written there. */
static void
add_parts(struct vital_head *h)
{
	for (size_t i = 0; i < LAYOUT_PARTS; i++) {
		if (h->parts >= VITAL_PARTS || vital_part(h, layout[i].type))
			continue;
		h->part[h->parts] = layout[i];
		__atomic_store_n(&h->parts, h->parts + 1, __ATOMIC_RELEASE);
	}
}

/* What another program wrote behind the structs of this one is not kept up to date by this one. */
static void
forget_unknown(struct vital *v)
{
	for (unsigned i = 0; i < 2; i++)
		memset((char *)v->facts[i] + sizeof *v->facts[i], 0, VITAL_FACTS_STRIDE - sizeof *v->facts[i]);
}

static void *
map_head(int fd, bool shared)
{
	void *p = mmap(NULL, HEAD_MAPPED, PROT_READ | PROT_WRITE,
	               fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return NULL;
	/* A painter is to have nothing of it. */
	madvise(p, HEAD_MAPPED, MADV_DONTFORK);
	return p;
}

static int
open_head(struct vital *v, int fd, bool command, uint64_t ring_bytes, bool fresh, bool shared)
{
	int rc = 0;

	*v = (struct vital){ .fd = fd, .command = command, .ring_bytes = ring_bytes };
	v->head = map_head(fd, shared);
	if (!v->head)
		return -errno;
	if (fresh || fd < 0)
		lay_out(v->head);
	else
		rc = vital_check_head(v->head, sessionmem_size(ring_bytes, command));
	if (rc)
		return rc;
	add_parts(v->head);
	v->live = (struct vital_live *)((char *)v->head + VITAL_LIVE_AT);
	for (unsigned i = 0; i < 2; i++)
		v->facts[i] = (struct vital_facts *)((char *)v->head + VITAL_FACTS_AT + i * VITAL_FACTS_STRIDE);
	forget_unknown(v);
	return 0;
}

int
vital_open(struct vital *v, int fd, bool command, uint64_t ring_bytes, bool fresh)
{
	return open_head(v, fd, command, ring_bytes, fresh, true);
}

void
vital_close(struct vital *v)
{
	fd_sum_into(NULL);
	if (v->keys)
		munmap(v->keys, VITAL_KEYS_PLACES * sizeof *v->keys);
	if (v->head) {
		munmap(v->head, HEAD_MAPPED);
		fd_close(&v->fd);
	}
	*v = (struct vital){ .fd = -1 };
}

const struct vital_facts *
vital_facts(const struct vital *v)
{
	uint32_t counts = v->head->facts_counts;

	return counts ? v->facts[counts & 1] : NULL;
}

struct vital_facts *
vital_next(struct vital *v)
{
	return v->facts[~v->head->facts_counts & 1];
}

void
vital_commit(struct vital *v)
{
	const struct vital_facts *now = vital_facts(v);
	uint32_t next = v->head->facts_counts & 1 ? 2 : 1;

	if (now && memcmp(now, v->facts[next & 1], sizeof *now) == 0)
		return;
	__atomic_store_n(&v->head->facts_counts, next, __ATOMIC_RELEASE);
}

static bool
is_read(uint32_t call)
{
	return call == VITAL_OUTPUT || call == VITAL_FRAMES_IN || call == VITAL_KEYS_READ;
}

void
vital_intend(struct vital *v, enum vital_call call, unsigned index, uint64_t at)
{
	struct vital_intent *i;

	if (!v->live)
		return;
	i = &v->live->intent;
	i->index = index;
	i->at = at;
	i->sum = is_read(call) ? v->live->sums.read : v->live->sums.written;
	__atomic_store_n(&i->call, call, __ATOMIC_RELEASE);
}

void
vital_done(struct vital *v)
{
	if (v->live)
		__atomic_store_n(&v->live->intent.call, VITAL_NOTHING, __ATOMIC_RELEASE);
}

/* The program has taken the input of S up to FED.  Whether that can be. */
static bool
settle_input(struct stream_live *s, uint64_t fed)
{
	const struct stream_counts *c = &s->counts[s->counts_in & 1];

	if (fed < s->fed || fed > c->put)
		return false;
	s->fed = fed;
	return true;
}

bool
vital_settle(struct vital *v, uint64_t rchar, uint64_t wchar)
{
	struct vital_intent *i = &v->live->intent;
	uint64_t sum = is_read(i->call) ? rchar : wchar, moved = sum - i->sum;
	bool known = sum >= i->sum && moved <= VITAL_MOVED_MAX;

	if (i->call == VITAL_NOTHING)
		return true;
	if (!vital_check_intent(i)) {
		vital_done(v);
		return false;
	}
	v->moved = (struct vital_moved){ .call = i->call, .index = i->index, .at = i->at, .bytes = moved, .known = known };
	/* Of an attachment, which alone depends on it (framed/kept.h, keys.h, awaited.h). */
	if (i->call >= VITAL_FRAMES_IN)
		known = true;
	if (known && i->call == VITAL_OUTPUT)
		v->live->ring[i->index].head = i->at + moved;
	else if (known && i->call == VITAL_INPUT)
		known = settle_input(&v->live->stream[i->index], i->at + moved);
	vital_done(v);
	return known;
}

int
vital_check(const struct vital *v)
{
	const struct vital_facts *f = vital_facts(v);
	uint64_t queue = vital_part(v->head, VITAL_QUEUES)->length;

	if (!f || !vital_check_live(v->live, queue, v->command ? v->ring_bytes : 0) ||
	    !vital_check_facts(f, v->live->ring[0].head))
		return -EPROTO;
	return 0;
}

int
vital_calibrate(struct vital *v, int io)
{
	char text[512];
	struct fd_sums sums;
	ssize_t n = pread(io, text, sizeof text - 1, 0);
	int rc;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	rc = fd_sums_parse(&sums, text);
	if (rc)
		return rc;
	/* The text was made before its own length was added. */
	sums.read += (uint64_t)n;
	v->live->sums = sums;
	fd_sum_into(&v->live->sums);
	return 0;
}

int
vital_ring(struct vital *v, unsigned channel, struct ring *r)
{
	struct ring_live *l = &v->live->ring[channel];
	int rc;

	if (v->fd < 0)
		rc = ring_open(r, (size_t)v->ring_bytes);
	else
		rc = ring_map(r, v->fd, vital_part(v->head, VITAL_RINGS)->at + channel * v->ring_bytes,
		              (size_t)v->ring_bytes, l->head);
	if (!rc)
		r->live = l;
	return rc;
}

struct vital_keys *
vital_keys(struct vital *v)
{
	const size_t size = VITAL_KEYS_PLACES * sizeof *v->keys;

	if (v->keys)
		return v->keys;
	v->keys = vital_map(v, VITAL_KEYS, 0, size, true);
	/* A painter is to have nothing of it. */
	if (v->keys)
		madvise(v->keys, size, MADV_DONTFORK);
	return v->keys;
}

void
vital_streams(struct vital *v, struct streams *t)
{
	const struct vital_part *p = vital_part(v->head, VITAL_QUEUES);

	if (v->fd < 0)
		return;
	t->live = v->live->stream;
	t->fd = v->fd;
	t->queues_at = p->at;
	t->queue_stride = stride_of(p);
	t->queue_bytes = p->length;
	streams_restore(t);
}

void *
vital_map(const struct vital *v, enum vital_type type, unsigned index, size_t len, bool writable)
{
	const struct vital_part *p = !v->head || v->fd < 0 ? NULL : vital_part(v->head, type);
	void *at;

	if (!p || !len || len > p->length)
		return NULL;
	at = mmap(NULL, len, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, v->fd,
	          (off_t)(p->at + index * stride_of(p)));
	return at == MAP_FAILED ? NULL : at;
}

void
vital_forget(const struct vital *v, enum vital_type type, unsigned index)
{
	const struct vital_part *p = !v->head || v->fd < 0 ? NULL : vital_part(v->head, type);

	if (p)
		fallocate(v->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(p->at + index * stride_of(p)),
		          (off_t)p->length);
}

void *
vital_peek(int fd, enum vital_type type, size_t *len)
{
	const struct vital_part *p = NULL;
	struct vital_head *h;
	void *at = MAP_FAILED;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size < HEAD_MAPPED || !(h = map_head(fd, false)))
		return NULL;
	if (vital_check_head(h, (uint64_t)st.st_size) == 0)
		p = vital_part(h, type);
	if (p)
		at = mmap(NULL, p->length, PROT_READ, MAP_SHARED, fd, (off_t)p->at);
	*len = p ? p->length : 0;
	munmap(h, HEAD_MAPPED);
	return at == MAP_FAILED ? NULL : at;
}

int
vital_try(int fd, bool command, uint64_t ring_bytes)
{
	struct vital v;
	int rc = open_head(&v, fd, command, ring_bytes, false, false);

	if (!rc)
		rc = vital_check(&v);
	if (v.head)
		munmap(v.head, HEAD_MAPPED);
	return rc;
}
