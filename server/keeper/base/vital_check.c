/* SPDX-License-Identifier: MIT */
#include "vital_check.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "sessionmem.h"

/* Parts may have grown, but are where they are: the page of a part, and its least length. */
static const struct {
	enum vital_type type;
	uint64_t at, least, most;
} parts[] = {
	{ VITAL_LIVE, SESSIONMEM_HEAD_AT + VITAL_LIVE_AT, sizeof(struct vital_live), VITAL_FACTS_AT - VITAL_LIVE_AT },
	{ VITAL_FACTS, SESSIONMEM_HEAD_AT + VITAL_FACTS_AT, VITAL_FACTS_STRIDE, VITAL_FACTS_STRIDE },
	{ VITAL_AWAITED, SESSIONMEM_AWAITED_AT, 4096, SESSIONMEM_AWAITED_BYTES },
	{ VITAL_QUEUES, SESSIONMEM_QUEUES_AT, 4096, SESSIONMEM_QUEUES_BYTES / STREAMS_MAX },
	{ VITAL_PICTURES, SESSIONMEM_PICTURES_AT, VITAL_PICTURE_MAX, SESSIONMEM_PICTURES_BYTES / 2 },
	{ VITAL_HANDOVER, SESSIONMEM_HANDOVER_AT, 4096, SESSIONMEM_HANDOVER_BYTES },
	{ VITAL_RINGS, SESSIONMEM_RINGS_AT, 0, 0 },
	{ VITAL_KEYS, SESSIONMEM_KEYS_AT, 4096, SESSIONMEM_KEYS_BYTES },
	{ VITAL_FRAMES, SESSIONMEM_FRAMES_AT, 4096, SESSIONMEM_FRAMES_BYTES / STREAMS_MAX },
	{ VITAL_TIMES, SESSIONMEM_TIMES_AT, 4096, SESSIONMEM_TIMES_BYTES },
};

const struct vital_part *
vital_part(const struct vital_head *h, enum vital_type type)
{
	for (unsigned i = 0; i < h->parts && i < VITAL_PARTS; i++)
		if (h->part[i].type == type)
			return &h->part[i];
	return NULL;
}

static bool
is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

int
vital_check_head(const struct vital_head *h, uint64_t size)
{
	if (h->magic != VITAL_MAGIC || h->version != VITAL_VERSION || h->parts > VITAL_PARTS || h->facts_counts > 2)
		return -EPROTO;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct vital_part *p = vital_part(h, parts[i].type);

		/* The first versions did not have it. */
		if (!p && parts[i].type == VITAL_TIMES)
			continue;
		if (!p || p->at != parts[i].at || p->length < parts[i].least || p->length > parts[i].most ||
		    p->at > size || p->length > size - p->at)
			return -EPROTO;
		if (p->type == VITAL_QUEUES && !is_power_of_two(p->length))
			return -EPROTO;
	}
	return 0;
}

bool
vital_check_intent(const struct vital_intent *i)
{
	return i->call == VITAL_NOTHING || (i->call == VITAL_OUTPUT && i->index < 2) ||
	       (i->call >= VITAL_INPUT && i->call <= VITAL_FRAMES_OUT && i->index < STREAMS_MAX) ||
	       ((i->call == VITAL_KEYS_READ || i->call == VITAL_KEYS_TYPED) && i->index < VITAL_KEYS_PLACES) ||
	       (i->call == VITAL_SHOWN && i->index < VITAL_ATTACHED_MAX);
}

static bool
stream_ok(const struct stream_live *s, uint64_t queue)
{
	const struct stream_counts *c = &s->counts[s->counts_in & 1];

	return !s->age || (s->counts_in <= 1 && s->fed <= c->put && c->put - s->fed <= queue && c->put <= VITAL_OFFSET_MAX &&
	                   c->input <= VITAL_OFFSET_MAX &&
	                   s->flags >> 8 <= VITAL_REASON_MAX);
}

static bool
ring_ok(const struct ring_live *r, uint64_t ring)
{
	return r->head <= VITAL_OFFSET_MAX && r->acked <= r->head && (!ring || r->head - r->acked <= ring);
}

static bool
text_ok(const char *text, size_t cap)
{
	return memchr(text, '\0', cap) != NULL;
}

static bool
sizes_ok(const struct vital_facts *f, uint64_t head)
{
	uint64_t before = f->picture_base;

	if (f->size_count > VITAL_SIZES || f->picture_base > head || f->picture_len > VITAL_PICTURE_MAX ||
	    f->picture_place > 1 || f->picture_past > head)
		return false;
	for (unsigned i = 0; i < f->size_count; i++) {
		if (f->sizes[i].offset < before || f->sizes[i].offset > head)
			return false;
		before = f->sizes[i].offset;
	}
	return true;
}

bool
vital_check_facts(const struct vital_facts *f, uint64_t head)
{
	return f->state <= VITAL_STATE_MAX && f->why_ended <= UINT8_MAX && f->attached <= VITAL_ATTACHED_MAX &&
	       text_ok(f->name, sizeof f->name) && text_ok(f->command, sizeof f->command) &&
	       text_ok(f->term, sizeof f->term) && text_ok(f->address, sizeof f->address) && f->drop_offset <= head &&
	       f->answered <= head && f->front_since <= head && sizes_ok(f, head) &&
	       f->settings_len <= sizeof f->settings;
}

bool
vital_check_live(const struct vital_live *l, uint64_t queue, uint64_t ring)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (!stream_ok(&l->stream[i], queue))
			return false;
	return ring_ok(&l->ring[0], ring) && ring_ok(&l->ring[1], ring);
}
