/* SPDX-License-Identifier: MIT */
/*
 * cluster: characters that are more than one code point, each with a number.  At most CLUSTER_CODES code points are
 * kept: as many as a Stream-Safe text (UAX #15) has between two characters, and more than any emoji has.  As with
 * styles, the owner makes the table anew when it has grown (tidy.h).
 */
#ifndef HOLDFAST_SCREEN_CLUSTER_H
#define HOLDFAST_SCREEN_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell.h"

#define CLUSTER_CODES 32

struct cluster {
	uint32_t n;
	uint32_t code[CLUSTER_CODES];
};

struct clusters {
	uint32_t *word; /* of each cluster, at its number: how many code points, and these */
	uint32_t count, cap;
	uint32_t limit;   /* at this count it is time to make the table anew … */
	uint32_t refused; /* … or when so many have found no room in the last one possible */
};

/* Puts the N code points at CODES into T and their number into NUMBER; false: no room or no memory. */
bool clusters_add(struct clusters *t, const uint32_t *codes, unsigned n, uint32_t *number);
void clusters_free(struct clusters *t);
bool clusters_full(const struct clusters *t);
size_t clusters_memory(const struct clusters *t);

/* The N code points of the character in C, which is neither empty nor a tail; ONE is room for one. */
static inline const uint32_t *
clusters_codes(const struct clusters *t, cell c, uint32_t *one, unsigned *n)
{
	if (c & CELL_CLUSTER) {
		*n = t->word[c & CELL_CODE];
		return &t->word[(c & CELL_CODE) + 1];
	}
	*one = (uint32_t)(c & CELL_CODE);
	*n = 1;
	return one;
}

#endif
