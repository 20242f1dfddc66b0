/* SPDX-License-Identifier: MIT */
/* overlay_state: what is drawn over the base, for the parts of overlay.h alone. */
#ifndef HOLDFAST_PREDICT_OVERLAY_STATE_H
#define HOLDFAST_PREDICT_OVERLAY_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "overlay_want.h"
#include "style.h"

/* One predicted cell, as the terminal shows it. */
struct drawn {
	uint16_t row, col;
	uint8_t width;   /* 1, 2, or 0: an erased one */
	uint8_t len;
	bool touched;    /* the host has written over a part of it: what the terminal shows there is not known */
	struct style style;
	char text[OVERLAY_TEXT];
};

/* In the order of rows and columns; no two have a column in common. */
struct drawn_list {
	unsigned n;
	struct drawn d[OVERLAY_CELLS];
};

static inline unsigned
drawn_columns(const struct drawn *d)
{
	return d->width == 2 ? 2 : 1;
}

#endif
