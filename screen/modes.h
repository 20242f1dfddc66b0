/* SPDX-License-Identifier: MIT */
/* modes: SM and RM, DECSET and DECRST, and asking for them. */
#ifndef HOLDFAST_SCREEN_MODES_H
#define HOLDFAST_SCREEN_MODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen;

/* A mode that is nothing but a bit of screen.modes. */
struct mode_bit {
	unsigned number;
	uint32_t bit;
	bool dec;      /* CSI ? number h */
	bool own;      /* terminals have a default of their own: kept only once it was said */
	bool kept;     /* XTSAVE knows it */
	const char *name;
};

extern const struct mode_bit mode_bits[];
extern const size_t nmode_bits;

void modes_set(struct screen *s, bool dec, unsigned number, bool on);
/* XTSAVE and XTRESTORE; a mode that was not saved gets its default. */
void modes_save(struct screen *s, unsigned number);
void modes_restore(struct screen *s, unsigned number);
/* The value of DECRPM: 0 not known, 1 set, 2 reset. */
unsigned modes_report(const struct screen *s, bool dec, unsigned number);
/* DECSTR and RIS. */
void modes_soft_reset(struct screen *s);
void modes_hard_reset(struct screen *s);
void modes_reset_margins(struct screen *s);

#endif
