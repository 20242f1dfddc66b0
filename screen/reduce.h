/* SPDX-License-Identifier: MIT */
/*
 * reduce: the looks and characters of a screen as a terminal takes them that has less than the model
 * (common/base/termcan.h).
 */
#ifndef HOLDFAST_SCREEN_REDUCE_H
#define HOLDFAST_SCREEN_REDUCE_H

#include <stdbool.h>
#include <stdint.h>

#include "style.h"
#include "termcan.h"

/* Whether some look is to be changed for T. */
bool reduce_needed(const struct termcan *t);
/* STYLE with the attributes that T has, and of its colours those that are nearest. */
struct style reduce_style(const struct termcan *t, const struct style *style);

/* How a character is written. */
enum reduce_as {
	REDUCE_UTF8,    /* VALUE is the code point */
	REDUCE_BYTE,    /* one byte of the terminal's own character set, or ASCII */
	REDUCE_DRAWING, /* a letter of DEC special graphics */
};

struct reduced {
	enum reduce_as as;
	uint32_t value;
	unsigned columns; /* REDUCE_BYTE of a wide character may take 1 */
};

/* The character CODE, which takes COLUMNS: what T has, or what is most like it, or '?'. */
struct reduced reduce_character(const struct termcan *t, uint32_t code, unsigned columns);

#endif
