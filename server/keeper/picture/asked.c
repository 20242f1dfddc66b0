/* SPDX-License-Identifier: MIT */
#include "asked.h"

#include <stdbool.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "state.h"

void
asked_begin(struct asked *a)
{
	*a = (struct asked){ .last_ms = clock_now_ms() };
}

/* Whether the program has read all that was typed, and something was. */
static bool
has_read(struct keeper *k)
{
	int unread = 0;

	if (!k->typed || k->slave < 0 || ioctl(k->slave, TIOCINQ, &unread) < 0 || unread)
		return false;
	k->typed = false;
	return true;
}

/* A mark for the output before this: each step of a stream, and at the end of one, before a pause. */
static void
note_age(struct asked *a, uint64_t before, uint64_t now)
{
	unsigned newest = (a->next + ASKED_MARKS - 1) % ASKED_MARKS;

	if (a->last_ms - a->mark[newest].ms < ASKED_STEP_MS && now - a->last_ms < ASKED_STEP_MS)
		return;
	a->mark[a->next].ms = a->last_ms;
	a->mark[a->next].at = before;
	a->next = (a->next + 1) % ASKED_MARKS;
}

void
asked_output(struct asked *a, struct keeper *k, uint64_t before)
{
	uint64_t now = clock_now_ms();

	/* What was read just now the program may as well have printed after it had read. */
	if (has_read(k))
		a->read = before;
	note_age(a, before, now);
	a->last_ms = now;
}

uint64_t
asked_over(struct asked *a, struct keeper *k)
{
	uint64_t now = clock_now_ms(), over;

	if (has_read(k))
		a->read = k->ring.head;
	over = now - a->last_ms >= ASKED_MS ? k->ring.head : a->read;
	for (unsigned i = 0; i < ASKED_MARKS; i++)
		if (now - a->mark[i].ms >= ASKED_MS && a->mark[i].at > over)
			over = a->mark[i].at;
	return over;
}
