/* SPDX-License-Identifier: MIT */
/*
 * value: what stands in the store for a session and for a node, as JSON objects with "v":1.  Another "v" is another
 * form, which this version leaves alone; members that are not known are passed over.
 *
 * A session: v, address, boot (hexadecimal), id, name, identity (hexadecimal), state ("attached", "dropped"), kind
 * ("terminal", "command"), created, changed, activity, lost, lost_heard, lost_used (milliseconds since 1970 by the
 * node's clock), rows, cols, term, program, hops.  A node: v, address, boot, version, drained, sessions, instance
 * (hexadecimal: drawn when its holdfast-pool started).
 */
#ifndef HOLDFAST_POOL_VALUE_H
#define HOLDFAST_POOL_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "key.h"
#include "poolmsg.h"

#define VALUE_MAX 4096 /* bytes; a longer one is not read */

/* The text, which the caller frees, or NULL: no memory.  A program whose name is not UTF-8 is left out. */
char *value_of_entry(const struct pool_entry *e);
/* Reads the LEN bytes that stand for the session K: 0; -EBADMSG: not valid; -ENOMEM. */
int value_get_entry(const char *text, size_t len, const struct key *k, struct pool_entry *e);

struct value_node {
	struct pool_member member; /* but SEEN_MS */
	uint64_t instance;
};

/* The same for a node. */
char *value_of_node(const struct value_node *n);
int value_get_node(const char *text, size_t len, const struct key *k, struct value_node *n);

#endif
