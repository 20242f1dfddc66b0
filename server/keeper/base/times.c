/* SPDX-License-Identifier: MIT */
#include "times.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "sessionmem.h"

#define ROOM (TIMES_MAX / 8)  /* so many rows at least are free after the table was full */
#define FRESH (TIMES_MAX / 4) /* and so many of the latest stay as they are */

_Static_assert(sizeof(struct times) <= SESSIONMEM_TIMES_BYTES, "the table fits");

struct times *
times_open(struct vital *v, uint64_t head)
{
	struct times *t = vital_map(v, VITAL_TIMES, 0, sizeof *t, true);

	if (!t)
		return NULL;
	/* A painter is to have nothing of it. */
	madvise(t, sizeof *t, MADV_DONTFORK);
	if (t->count > TIMES_MAX)
		t->count = 0;
	for (uint32_t i = 0; i < t->count; i++)
		if (t->v[i].offset > head || (i && t->v[i].offset < t->v[i - 1].offset))
			t->count = i;
	return t;
}

void
times_close(struct times *t)
{
	if (t)
		munmap(t, sizeof *t);
}

static bool
same_size(const struct times_row *a, const struct times_row *b)
{
	return a->rows == b->rows && a->cols == b->cols;
}

/* The rows before AT go. */
static void
cut(struct times *t, uint32_t at)
{
	memmove(t->v, t->v + at, (t->count - at) * sizeof *t->v);
	t->count -= at;
}

/* Rows of output that is no longer there, but for the one that says when the oldest output began. */
static void
forget_old(struct times *t, uint64_t oldest)
{
	uint32_t gone = 0;

	while (gone + 1 < t->count && t->v[gone + 1].offset <= oldest)
		gone++;
	cut(t, gone);
}

/* Rows that begin less than GAP_MS after the one before them go into that one; new sizes stay. */
static void
thin(struct times *t, uint64_t gap_ms)
{
	uint32_t old = t->count - FRESH, left = 1;

	for (uint32_t i = 1; i < old; i++) {
		const struct times_row *row = &t->v[i], *last = &t->v[left - 1];

		if (!same_size(row, last) || row->ms < last->ms || row->ms - last->ms >= gap_ms)
			t->v[left++] = *row;
	}
	memmove(t->v + left, t->v + old, FRESH * sizeof *t->v);
	t->count = left + FRESH;
}

static void
make_room(struct times *t, uint64_t oldest)
{
	forget_old(t, oldest);
	for (uint64_t gap = 2 * TIMES_STEP_MS; t->count > TIMES_MAX - ROOM && gap < UINT64_MAX / 2; gap *= 2)
		thin(t, gap);
	/* A terminal that changes its size without end. */
	if (t->count > TIMES_MAX - ROOM)
		cut(t, ROOM);
}

static void
append(struct times *t, uint64_t oldest, const struct times_row *row)
{
	if (t->count == TIMES_MAX)
		make_room(t, oldest);
	t->v[t->count] = *row;
	/* A keeper that is killed before this has not begun the row. */
	__atomic_store_n(&t->count, t->count + 1, __ATOMIC_RELEASE);
}

void
times_output(struct times *t, const struct ring *r, uint64_t offset, uint64_t ms, const struct winsize *size)
{
	const struct times_row row = { .offset = offset, .ms = ms, .rows = size->ws_row, .cols = size->ws_col };
	const struct times_row *last = t && t->count ? &t->v[t->count - 1] : NULL;

	if (!t || (last && same_size(&row, last) && ms >= last->ms && ms - last->ms < TIMES_STEP_MS))
		return;
	append(t, ring_oldest(r), &row);
}

void
times_size(struct times *t, const struct ring *r, uint64_t ms, const struct winsize *size)
{
	const struct times_row row = { .offset = r->head, .ms = ms, .rows = size->ws_row, .cols = size->ws_col };

	if (!t || (t->count && same_size(&row, &t->v[t->count - 1])))
		return;
	append(t, ring_oldest(r), &row);
}

void
times_tell(const struct times *t, const struct ring *r, struct attach_times *m)
{
	*m = (struct attach_times){ .oldest = ring_oldest(r), .head = r->head };
	for (uint32_t i = 0; t && i < t->count; i++)
		m->v[m->count++] = (struct attach_time){ .offset = t->v[i].offset, .ms = t->v[i].ms, .rows = t->v[i].rows,
			                                 .cols = t->v[i].cols };
}
