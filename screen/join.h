/* SPDX-License-Identifier: MIT */
/*
 * join: code points that belong to the character before the cursor.
 *
 * What takes no columns joins whatever character is there.  While ?2027 is set, all of a cluster (graphemes.h) join
 * its first one, if nothing but printing was between them, and the character becomes as wide as the cluster.
 */
#ifndef HOLDFAST_SCREEN_JOIN_H
#define HOLDFAST_SCREEN_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "cell.h"

struct screen;

/* The cell of the character before the cursor, on the same row; NULL: there is none. */
cell *join_before(struct screen *s);
/* CODE, of which width.h says WHAT, joins that character; false: CODE is a character by itself. */
bool join_code(struct screen *s, uint32_t code, unsigned what);

#endif
