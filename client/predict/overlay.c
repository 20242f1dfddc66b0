/* SPDX-License-Identifier: MIT */
#include "overlay.h"

#include <stdlib.h>

#include "look.h"

struct overlay {
	unsigned n;
};

struct overlay *
overlay_new(void)
{
	return calloc(1, sizeof(struct overlay));
}

void
overlay_free(struct overlay *o)
{
	free(o);
}

bool
overlay_may(const struct screen *base)
{
	const uint32_t no = LOOK_OPEN | LOOK_SYNCHRONIZED | LOOK_MARGINS | LOOK_ORIGIN | LOOK_INSERT | LOOK_SHIFTED |
	    LOOK_MAPPED | LOOK_PROTECTS | LOOK_CLUSTERS;
	struct look_cursor cursor;

	look_cursor(base, &cursor);
	return !(look_modes(base) & no) && !cursor.pending;
}

bool
overlay_may_cell(const struct screen *base, unsigned row, unsigned col, unsigned width)
{
	return row < screen_rows(base) && col + (width ? width : 1) < screen_cols(base) && !look_doubtful(base, row);
}

void
overlay_draw(struct overlay *o, const struct screen *base, const struct overlay_want *want, bool underline,
             screen_put *put, void *to)
{
	(void)o, (void)base, (void)want, (void)underline, (void)put, (void)to;
}

void
overlay_take_back(struct overlay *o, const struct screen *base, screen_put *put, void *to)
{
	(void)o, (void)base, (void)put, (void)to;
}

void
overlay_before(struct overlay *o, const struct screen *base, const void *bytes, size_t len, screen_put *put, void *to)
{
	(void)bytes, (void)len;
	overlay_take_back(o, base, put, to);
}

void
overlay_forget(struct overlay *o)
{
	o->n = 0;
}

unsigned
overlay_drawn(const struct overlay *o)
{
	return o->n;
}
