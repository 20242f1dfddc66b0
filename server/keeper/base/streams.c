/* SPDX-License-Identifier: MIT */
#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct stream *
streams_find(struct streams *t, const unsigned char name[FRAME_KEY])
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (t->v[i].age && memcmp(t->v[i].name, name, FRAME_KEY) == 0)
			return &t->v[i];
	return NULL;
}

static void
forget_input(struct stream *s)
{
	free(s->queue);
	s->queue = NULL;
	s->at = s->len = s->cap = 0;
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
		if (!s->users && !s->len && (!best || s->age < best->age))
			best = s;
	}
	return best;
}

struct stream *
streams_begin(struct streams *t, const unsigned char name[FRAME_KEY])
{
	struct stream *s = streams_find(t, name);

	if (!s)
		s = find_place(t);
	if (!s || s->users)
		return NULL;
	forget_input(s);
	*s = (struct stream){ .age = ++t->clock };
	memcpy(s->name, name, FRAME_KEY);
	return s;
}

size_t
stream_room(const struct stream *s)
{
	return STREAMS_QUEUE - s->len;
}

static int
enqueue(struct stream *s, const unsigned char *data, size_t len)
{
	size_t cap = s->cap ? s->cap : STREAMS_QUEUE_FIRST;
	unsigned char *p;

	if (len > stream_room(s))
		return 0;
	if (s->at && s->at + s->len + len > s->cap) {
		memmove(s->queue, s->queue + s->at, s->len);
		s->at = 0;
	}
	while (cap < s->at + s->len + len)
		cap *= 2;
	if (cap != s->cap) {
		p = realloc(s->queue, cap);
		if (!p)
			return 0;
		s->queue = p;
		s->cap = cap;
	}
	memcpy(s->queue + s->at + s->len, data, len);
	s->len += len;
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
	if (!discard && !enqueue(s, data + known, len - known))
		return 0;
	s->input = offset + len;
	return 1;
}

int
stream_end(struct stream *s, uint64_t offset)
{
	if (offset != s->input)
		return -EBADMSG;
	s->ended = true;
	return 0;
}

size_t
stream_waiting(const struct stream *s, const unsigned char **p)
{
	*p = s->queue ? s->queue + s->at : NULL;
	return s->len;
}

void
stream_used(struct stream *s, size_t n)
{
	s->at += n;
	s->len -= n;
	if (!s->len)
		forget_input(s);
}

bool
streams_wait(const struct streams *t)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (t->v[i].len)
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
