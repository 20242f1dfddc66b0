/* SPDX-License-Identifier: MIT */
#include "picture_base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "picture_private.h"
#include "state.h"

#define RESYNC_MAX 4096   /* a tail begins behind a line's end, if there is one within this */
#define BACKOFF_MS 1000
#define BACKOFF_MAX 6     /* doublings */
#define SHORTER_MAX 3     /* quarterings of the tail */

/* Puts the rendering into the place of the session's memory that does not count.  Whether it is there. */
static bool
put_into_memory(struct keeper *k, const unsigned char *bytes, size_t len)
{
	struct picture *p = k->picture;
	void *at = vital_map(&k->vital, VITAL_PICTURES, !p->saved_in, len, true);

	if (!at)
		return false;
	memcpy(at, bytes, len);
	munmap(at, len);
	p->saved_in = !p->saved_in;
	p->saved_stale = true;
	return true;
}

static void
set(struct keeper *k, uint64_t offset, unsigned char *bytes, size_t len)
{
	struct picture *p = k->picture;

	free(p->saved);
	p->saved = bytes;
	p->saved_len = len;
	if (len && put_into_memory(k, bytes, len)) {
		free(bytes);
		p->saved = NULL;
	}
	p->base = offset;
	p->size_count = 0;
}

const unsigned char *
picture_base_open(struct keeper *k)
{
	struct picture *p = k->picture;

	if (p->saved || !p->saved_len)
		return p->saved;
	return vital_map(&k->vital, VITAL_PICTURES, p->saved_in, p->saved_len, false);
}

void
picture_base_close(struct keeper *k, const unsigned char *saved)
{
	if (saved && saved != k->picture->saved)
		munmap((void *)saved, k->picture->saved_len);
}

void
picture_base_save(const struct keeper *k, struct vital_facts *f)
{
	const struct picture *p = k->picture;

	f->picture_base = p->base;
	f->picture_past = p->past > p->reported ? p->past : p->reported;
	f->picture_past = f->picture_past > p->at ? f->picture_past : p->at;
	/* A rendering that is the keeper's own goes with it. */
	f->picture_len = p->saved ? 0 : (uint32_t)p->saved_len;
	f->picture_place = p->saved_in;
	f->picture_lost = p->lost;
	f->picture_adrift = p->adrift || p->saved;
	f->base_rows = p->base_rows;
	f->base_cols = p->base_cols;
	f->size_count = p->size_count;
	for (unsigned i = 0; i < p->size_count; i++)
		f->sizes[i] = (struct vital_size){ .offset = p->sizes[i].offset, .rows = p->sizes[i].rows,
			                           .cols = p->sizes[i].cols };
}

void
picture_base_saved(struct keeper *k)
{
	if (k->picture->saved_stale)
		vital_forget(&k->vital, VITAL_PICTURES, !k->picture->saved_in);
	k->picture->saved_stale = false;
}

void
picture_base_restore(struct keeper *k, const struct vital_facts *f)
{
	struct picture *p = k->picture;

	p->base = f->picture_base;
	p->past = f->picture_past;
	p->saved_len = f->picture_len;
	p->saved_in = f->picture_place;
	p->lost = f->picture_lost;
	p->adrift = f->picture_adrift;
	p->base_rows = f->base_rows;
	p->base_cols = f->base_cols;
	p->size_count = f->size_count;
	for (unsigned i = 0; i < p->size_count; i++)
		p->sizes[i] = (struct picture_size){ .offset = f->sizes[i].offset, .rows = f->sizes[i].rows,
			                             .cols = f->sizes[i].cols };
}

static void
take_size(struct keeper *k)
{
	k->picture->base_rows = k->size.ws_row ? k->size.ws_row : PICTURE_ROWS;
	k->picture->base_cols = k->size.ws_col ? k->size.ws_col : PICTURE_COLS;
}

void
picture_base_set(struct keeper *k, uint64_t offset, unsigned char *bytes, size_t len)
{
	set(k, offset, bytes, len);
	take_size(k);
}

/* Whether all since the base is still there, and more can come in while a painter is catching up. */
static bool
still_there(const struct keeper *k)
{
	const struct picture *p = k->picture;

	return k->ring.head + KEEPER_READ_MAX <= p->base + k->ring.size;
}

/*
 * The output that it was fed may have brought it down: the first time the same is tried again, then the tail, then less
 * and less of that.
 */
void
picture_base_after_loss(struct keeper *k)
{
	struct picture *p = k->picture;
	unsigned doublings;

	p->adrift = p->failures > 1 || !still_there(k);
	if (p->failures < 3)
		return;
	doublings = p->failures - 3 < BACKOFF_MAX ? p->failures - 3 : BACKOFF_MAX;
	p->not_before = clock_now_ms() + ((uint64_t)BACKOFF_MS << doublings);
}

static uint64_t
tail_begin(const struct keeper *k)
{
	unsigned failures = k->picture->failures > 2 ? k->picture->failures - 2 : 0;
	uint64_t most = k->ring.size / 2 >> 2 * (failures < SHORTER_MAX ? failures : SHORTER_MAX);
	uint64_t held = k->ring.head < most ? k->ring.head : most, from = k->ring.head - held;
	const unsigned char *lf;

	if (!from)
		return 0;
	lf = memchr(ring_at(&k->ring, from), '\n', held < RESYNC_MAX ? (size_t)held : RESYNC_MAX);
	return lf ? from + (uint64_t)(lf - ring_at(&k->ring, from)) + 1 : from;
}

void
picture_base_choose(struct keeper *k)
{
	struct picture *p = k->picture;

	if (!p->base_rows)
		take_size(k);
	if (!p->adrift && still_there(k))
		return;
	if (!p->adrift)
		p->lost = true;
	set(k, tail_begin(k), NULL, 0);
	take_size(k);
}

struct picture_size *
picture_base_size(struct keeper *k)
{
	struct picture *p = k->picture;
	struct picture_size *s;

	if (!p->base_rows)
		take_size(k);
	/* If there are too many, the middle ones are forgotten. */
	if (p->size_count == PICTURE_SIZES) {
		memmove(&p->sizes[PICTURE_SIZES / 2], &p->sizes[PICTURE_SIZES / 2 + 1],
		        (PICTURE_SIZES / 2 - 1) * sizeof p->sizes[0]);
		p->size_count--;
	}
	s = &p->sizes[p->size_count++];
	*s = (struct picture_size){ .offset = k->ring.head, .rows = k->size.ws_row, .cols = k->size.ws_col };
	return s;
}
