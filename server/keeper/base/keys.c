/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <string.h>
#include <sys/mman.h>

#include "fd.h"

#define NONE(t) (!(t)->at)

static void
set_span(struct vital_keys *k, size_t at, size_t len)
{
	__atomic_store_n(&k->span, at < len ? VITAL_KEYS_SPAN(at, len) : 0, __ATOMIC_RELEASE);
}

void
keys_open(struct keys *t, struct vital *v)
{
	struct vital_keys *all = vital_keys(v);

	*t = (struct keys){ 0 };
	for (unsigned i = 0; all && i < VITAL_KEYS_PLACES; i++) {
		if (v->keys_used & UINT64_C(1) << i)
			continue;
		v->keys_used |= UINT64_C(1) << i;
		*t = (struct keys){ .vital = v, .at = &all[i], .place = i };
		set_span(t->at, 0, 0);
		return;
	}
}

void
keys_close(struct keys *t)
{
	if (!NONE(t)) {
		set_span(t->at, 0, 0);
		madvise(t->at, sizeof *t->at, MADV_REMOVE);
		t->vital->keys_used &= ~(UINT64_C(1) << t->place);
	}
	*t = (struct keys){ 0 };
}

ssize_t
keys_read(struct keys *t, int fd, unsigned char *to, size_t len)
{
	ssize_t n;

	if (NONE(t))
		return fd_read(fd, to, len);
	vital_intend(t->vital, VITAL_KEYS_READ, t->place, 0);
	n = fd_read(fd, t->at->bytes, len < VITAL_KEYS_MAX ? len : VITAL_KEYS_MAX);
	if (n > 0) {
		memcpy(to, t->at->bytes, (size_t)n);
		set_span(t->at, 0, (size_t)n);
	}
	vital_done(t->vital);
	return n;
}

ssize_t
keys_write(struct keys *t, int fd, const unsigned char *input, size_t at, size_t len)
{
	ssize_t n;

	if (NONE(t))
		return fd_write(fd, input + at, len - at);
	vital_intend(t->vital, VITAL_KEYS_TYPED, t->place, at);
	n = fd_write(fd, input + at, len - at);
	if (n > 0)
		set_span(t->at, at + (size_t)n, len);
	vital_done(t->vital);
	return n;
}

void
keys_set(struct keys *t, const unsigned char *input, size_t at, size_t len)
{
	if (NONE(t))
		return;
	set_span(t->at, 0, 0);
	if (at >= len || len > VITAL_KEYS_MAX)
		return;
	memcpy(t->at->bytes + at, input + at, len - at);
	set_span(t->at, at, len);
}

void
keys_forget(struct vital *v)
{
	struct vital_keys *all = vital_keys(v);

	for (unsigned i = 0; all && i < VITAL_KEYS_PLACES; i++)
		if (all[i].span)
			set_span(&all[i], 0, 0);
	if (all)
		madvise(all, VITAL_KEYS_PLACES * sizeof *all, MADV_REMOVE);
	v->keys_used = 0;
}

/* What the dead keeper's last call has moved, if it was one of these. */
static void
settle(struct vital *v, struct vital_keys *all)
{
	const struct vital_moved *m = &v->moved;
	struct vital_keys *k = &all[m->index < VITAL_KEYS_PLACES ? m->index : 0];

	if (!m->known || m->bytes > VITAL_KEYS_MAX || m->at > VITAL_KEYS_MAX)
		return;
	if (m->call == VITAL_KEYS_READ)
		set_span(k, 0, (size_t)m->bytes);
	/* A span of 0: all had been typed, and that was stored. */
	else if (m->call == VITAL_KEYS_TYPED && k->span)
		set_span(k, (size_t)(m->at + m->bytes), VITAL_KEYS_LEN(k->span));
}

void
keys_type(struct vital *v, int fd)
{
	struct vital_keys *all = vital_keys(v);

	if (!all)
		return;
	settle(v, all);
	for (unsigned i = 0; i < VITAL_KEYS_PLACES; i++) {
		size_t at = VITAL_KEYS_AT(all[i].span), len = VITAL_KEYS_LEN(all[i].span);

		if (at < len && len <= VITAL_KEYS_MAX && fd_write(fd, all[i].bytes + at, len - at) < 0)
			break;
	}
	keys_forget(v);
}
