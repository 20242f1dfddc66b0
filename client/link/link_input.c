/* SPDX-License-Identifier: MIT */
#include "link_input.h"

#include <errno.h>
#include <string.h>

size_t
link_input_kept(const struct link_input *in)
{
	return (size_t)(in->end - in->base);
}

size_t
link_input_room(const struct link_input *in)
{
	return in->ended ? 0 : LINK_INPUT_CAP - link_input_kept(in);
}

size_t
link_input_add(struct link_input *in, const void *data, size_t len)
{
	size_t room = link_input_room(in), at = (size_t)(in->end % LINK_INPUT_CAP), first;

	if (len > room)
		len = room;
	first = len < LINK_INPUT_CAP - at ? len : LINK_INPUT_CAP - at;
	memcpy(in->buf + at, data, first);
	memcpy(in->buf, (const unsigned char *)data + first, len - first);
	in->end += len;
	return len;
}

size_t
link_input_next(const struct link_input *in, const unsigned char **p, size_t max)
{
	uint64_t until = in->limit < in->end ? in->limit : in->end;
	size_t at = (size_t)(in->sent % LINK_INPUT_CAP), n;

	if (until <= in->sent)
		return 0;
	n = (size_t)(until - in->sent);
	if (n > LINK_INPUT_CAP - at)
		n = LINK_INPUT_CAP - at;
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

static uint64_t
window_end(uint64_t offset, uint32_t window)
{
	return offset > UINT64_MAX - window ? UINT64_MAX : offset + window;
}

int
link_input_ack(struct link_input *in, uint64_t offset, uint32_t window)
{
	if (offset > in->sent || window > FRAME_INPUT_WINDOW)
		return -EBADMSG;
	if (offset > in->base)
		in->base = offset;
	in->limit = window_end(in->base, window);
	return 0;
}

int
link_input_resume(struct link_input *in, uint64_t offset, uint32_t window)
{
	if (offset < in->base || offset > in->end || window > FRAME_INPUT_WINDOW)
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
