/* SPDX-License-Identifier: MIT */
#include "controlmode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"

#define LEAVE_MS 1000 /* then it is shown as it is */
#define SETTLE_MS 100

int
controlmode_open(struct keeper *k)
{
	k->controlmode = calloc(1, sizeof *k->controlmode);
	return k->controlmode ? 0 : -ENOMEM;
}

void
controlmode_close(struct keeper *k)
{
	free(k->controlmode);
	k->controlmode = NULL;
}

void
controlmode_leave(struct keeper *k)
{
	struct controlmode *m = k->controlmode;

	if (m->until)
		return;
	*m = (struct controlmode){ .until = clock_now_ms() + LEAVE_MS, .seen = k->ring.head };
	/* The pty is full: then tmux was not asked. */
	if (fd_write(k->master, "\n", 1) != 1)
		m->until = clock_now_ms();
}

bool
controlmode_waits(const struct keeper *k)
{
	return k->controlmode->until != 0;
}

void
controlmode_output(struct keeper *k)
{
	struct controlmode *m = k->controlmode;
	uint64_t from = m->seen, head = k->ring.head;

	if (!m->until || m->ended)
		return;
	if (from < ring_oldest(&k->ring))
		from = ring_oldest(&k->ring);
	if (memmem(ring_at(&k->ring, from), (size_t)(head - from), "\033\\", 2)) {
		m->ended = true;
		m->until = clock_now_ms() + SETTLE_MS;
	}
	/* It may come in two pieces. */
	m->seen = head > from ? head - 1 : head;
}

void
controlmode_watch(const struct keeper *k, struct loop *l)
{
	if (k->controlmode->until)
		loop_until(l, k->controlmode->until);
}

bool
controlmode_is_over(struct keeper *k)
{
	if (!k->controlmode->until || clock_now_ms() < k->controlmode->until)
		return false;
	k->controlmode->until = 0;
	return true;
}
