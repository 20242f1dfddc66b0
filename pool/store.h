/* SPDX-License-Identifier: MIT */
/*
 * store: keeps a pool's store and this node together: publishes this node and its sessions (own.h) under a lease, and
 * follows what the other nodes publish (directory.h).
 *
 * A lease of 60 seconds ends by itself if this host does, and all of its keys with it.  The directory is filled by
 * reading the store once, and kept by a watch from that revision on; another member of the store goes on where the last
 * one stopped.  A frozen or cut-off member accepts connections and says nothing: therefore a small question is asked
 * every 5 seconds, which only a member with a quorum answers; and a key of our own (key.h, "proofs") is written every 20
 * seconds, which must come back by the watch.  Only that, and a full reading, prove that the directory is up to date; it
 * counts for the time of a lease from then on, by this host's own clock.
 *
 * One member is used at a time (endpoints.h).  No call waits.
 */
#ifndef HOLDFAST_POOL_STORE_H
#define HOLDFAST_POOL_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "poolmsg.h"
#include "store_state.h"

/* NULL: no memory. */
struct store *store_new(const struct store_options *o);
void store_free(struct store *s);
/* Does what is due; http_turn and this alternate. */
void store_turn(struct store *s, uint64_t now);
/* When store_turn has something to do at the latest: clock_now_ms(), or CLOCK_NEVER. */
uint64_t store_deadline(const struct store *s, uint64_t now);
/* Whether what the directory says may be used. */
bool store_usable(const struct store *s, uint64_t now);
/* Fills in *H, all but pool and node. */
void store_health(const struct store *s, uint64_t now, struct pool_health *h);

#endif
