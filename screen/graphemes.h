/* SPDX-License-Identifier: MIT */
/*
 * graphemes: which characters form one cluster, and how many columns a cluster takes.
 *
 * Extended grapheme clusters, UAX #29 of the version in width_table.h: GB6 to GB9c, GB11, GB12.  But nothing in ASCII
 * joins what is before it, so GB9b does not hold for ASCII.  Columns as the draft "Unicode in Terminals" says, which
 * defines mode ?2027: those of the widest part; a flag (two regional indicators) takes 2; VARIATION SELECTOR-16 makes
 * an emoji take 2, VARIATION SELECTOR-15 changes nothing.
 */
#ifndef HOLDFAST_SCREEN_GRAPHEMES_H
#define HOLDFAST_SCREEN_GRAPHEMES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether NEXT belongs to the cluster that the N code points at CODES are, or are the beginning of. */
bool graphemes_join(const uint32_t *codes, unsigned n, uint32_t next);
/* The columns of a cluster while ?2027 is set: 1 or 2. */
unsigned graphemes_width(const uint32_t *codes, unsigned n);
/* Whether a cluster of COLUMNS columns comes about without ?2027 too: a base with what takes no columns. */
bool graphemes_plain(const uint32_t *codes, unsigned n, unsigned columns);
/* Whether terminals disagree on the columns of any of these. */
bool graphemes_doubtful(const uint32_t *codes, unsigned n);

#endif
