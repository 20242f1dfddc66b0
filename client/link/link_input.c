/* SPDX-License-Identifier: MIT */
#include "link_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "secretmem.h"

size_t
link_input_kept(const struct link_input *in)
{
	return (size_t)(in->end - in->base);
}

/* Whether more may be on the way than a person types ahead. */
static bool
is_wide(const struct link_input *in)
{
	return !in->typed && in->limit - in->base > FRAME_INPUT_WINDOW;
}

size_t
link_input_room(const struct link_input *in)
{
	size_t kept = link_input_kept(in), unsent = (size_t)(in->end - in->sent);

	if (in->ended)
		return 0;
	if (kept < LINK_INPUT_CAP && !is_wide(in))
		return LINK_INPUT_CAP - kept;
	return is_wide(in) && unsent < LINK_INPUT_AHEAD ? LINK_INPUT_AHEAD - unsent : 0;
}

/* What FROM keeps, into the circle of another size. */
static void
copy(struct link_input *to, const struct link_input *from)
{
	for (uint64_t at = from->base; at < from->end;) {
		size_t i = (size_t)(at & (from->cap - 1)), o = (size_t)(at & (to->cap - 1));
		size_t n = from->cap - i < to->cap - o ? from->cap - i : to->cap - o;

		if (n > from->end - at)
			n = (size_t)(from->end - at);
		memcpy(to->buf + o, from->buf + i, n);
		at += n;
	}
}

static void
drop(struct link_input *in)
{
	if (in->buf)
		secretmem_wipe(in->buf, in->cap);
	free(in->buf);
	in->buf = NULL;
	in->cap = 0;
}

/* Whether there is a place for LEN more bytes. */
static bool
reserve(struct link_input *in, size_t len)
{
	size_t need = link_input_kept(in) + len;
	struct link_input bigger = { .cap = in->cap ? in->cap : LINK_INPUT_CAP };

	if (need <= in->cap)
		return true;
	while (bigger.cap < need)
		bigger.cap *= 2;
	bigger.buf = malloc(bigger.cap);
	if (!bigger.buf)
		return false;
	copy(&bigger, in);
	drop(in);
	in->buf = bigger.buf;
	in->cap = bigger.cap;
	return true;
}

size_t
link_input_place(struct link_input *in, unsigned char **p, size_t max)
{
	size_t room = link_input_room(in), at;

	if (max > room)
		max = room;
	if (!max || !reserve(in, max))
		return 0;
	at = (size_t)(in->end & (in->cap - 1));
	*p = in->buf + at;
	return max < in->cap - at ? max : in->cap - at;
}

void
link_input_filled(struct link_input *in, size_t n)
{
	in->end += n;
}

size_t
link_input_add(struct link_input *in, const void *data, size_t len)
{
	size_t done = 0, n;
	unsigned char *p;

	while (done < len && (n = link_input_place(in, &p, len - done)) > 0) {
		memcpy(p, (const unsigned char *)data + done, n);
		link_input_filled(in, n);
		done += n;
	}
	return done;
}

size_t
link_input_next(const struct link_input *in, const unsigned char **p, size_t max)
{
	uint64_t until = in->limit < in->end ? in->limit : in->end;
	size_t at, n;

	if (in->typed && until - in->base > FRAME_INPUT_WINDOW)
		until = in->base + FRAME_INPUT_WINDOW;
	if (until <= in->sent)
		return 0;
	at = (size_t)(in->sent & (in->cap - 1));
	n = (size_t)(until - in->sent);
	if (n > in->cap - at)
		n = in->cap - at;
	*p = in->buf + at;
	return n < max ? n : max;
}

void
link_input_sent(struct link_input *in, size_t n)
{
	in->sent += n;
}

bool
link_input_end_due(const struct link_input *in)
{
	return in->ended && !in->end_sent && in->sent == in->end;
}

size_t
link_input_take_back(struct link_input *in, uint64_t offset)
{
	size_t n;

	if (offset < in->sent || offset > in->end)
		return 0;
	n = (size_t)(in->end - offset);
	in->end = offset;
	return n;
}

static uint64_t
window_end(uint64_t offset, uint32_t window)
{
	return offset > UINT64_MAX - window ? UINT64_MAX : offset + window;
}

int
link_input_ack(struct link_input *in, uint64_t offset, uint32_t window)
{
	if (offset > in->sent || window > FRAME_INPUT_WINDOW_MAX)
		return -EBADMSG;
	if (offset > in->base)
		in->base = offset;
	in->limit = window_end(in->base, window);
	return 0;
}

int
link_input_resume(struct link_input *in, uint64_t offset, uint32_t window)
{
	if (offset < in->base || offset > in->end || window > FRAME_INPUT_WINDOW_MAX)
		return -EBADMSG;
	in->base = in->sent = offset;
	in->limit = window_end(offset, window);
	in->end_sent = false;
	return 0;
}

size_t
link_input_forget(struct link_input *in, uint64_t offset, uint32_t window)
{
	size_t lost = link_input_kept(in);

	in->base = in->sent = in->end = offset;
	in->limit = window_end(offset, window);
	in->end_sent = false;
	return lost;
}

void
link_input_begin(struct link_input *in, uint32_t max)
{
	in->sent = in->base;
	in->limit = window_end(in->base, max);
	in->end_sent = false;
}

void
link_input_rest(struct link_input *in)
{
	if (in->cap > LINK_INPUT_CAP && !link_input_kept(in))
		drop(in);
}

void
link_input_free(struct link_input *in)
{
	drop(in);
	*in = (struct link_input){ 0 };
}
