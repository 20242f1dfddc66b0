/* SPDX-License-Identifier: MIT */
/*
 * cluster: characters that are more than one code point, each with a number: a base and up to CLUSTER_CODES - 1
 * that take no columns.  As with styles, the owner makes the table anew when it has grown (tidy.h).
 */
#ifndef HOLDFAST_SCREEN_CLUSTER_H
#define HOLDFAST_SCREEN_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLUSTER_CODES 8

struct cluster {
	uint32_t n;
	uint32_t code[CLUSTER_CODES];
};

struct clusters {
	struct cluster *all;
	uint32_t count, cap;
	uint32_t limit; /* at this count it is time to make the table anew */
};

/* Puts C into T and its number into NUMBER; false: no room or no memory. */
bool clusters_add(struct clusters *t, const struct cluster *c, uint32_t *number);
void clusters_free(struct clusters *t);
bool clusters_full(const struct clusters *t);

#endif
