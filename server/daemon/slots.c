/* SPDX-License-Identifier: MIT */
#include "slots.h"

#include <unistd.h>

bool
slots_have_room(const struct slots *s, uid_t uid)
{
	size_t same = 0;

	for (size_t i = 0; i < s->count; i++)
		same += s->v[i].uid == uid;
	return s->count < SLOTS_MAX && same < SLOTS_PER_UID;
}

void
slots_add(struct slots *s, uid_t uid, int fd)
{
	s->v[s->count].fd = fd;
	s->v[s->count].uid = uid;
	s->count++;
}

size_t
slots_poll(const struct slots *s, struct pollfd *p)
{
	for (size_t i = 0; i < s->count; i++)
		p[i] = (struct pollfd){ .fd = s->v[i].fd, .events = POLLIN };
	return s->count;
}

size_t
slots_reap(struct slots *s, const struct pollfd *p, size_t count)
{
	size_t freed = 0;

	/* From the back, so that the last one, moved into a gap, has been looked at. */
	for (size_t i = count; i-- > 0;) {
		if (!p[i].revents)
			continue;
		close(s->v[i].fd);
		s->v[i] = s->v[--s->count];
		freed++;
	}
	return freed;
}
