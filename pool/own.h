/* SPDX-License-Identifier: MIT */
/*
 * own: the sessions of this node, as their leaders have told, and which of them the store does not have yet as they
 * are.
 */
#ifndef HOLDFAST_POOL_OWN_H
#define HOLDFAST_POOL_OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etcd.h"
#include "poolmsg.h"

#define OWN_MAX 65536 /* sessions; further ones are not published */

struct own;
struct own_entry;

/* POOL and NODE are copied; sessions of other nodes are refused.  NULL: no memory. */
struct own *own_new(const char *pool, const char *node);
void own_free(struct own *o);
/* A session is there, or has changed, as of NOW (clock_now_ms): 0; -EINVAL: of another node; -EDQUOT; -ENOMEM. */
int own_tell(struct own *o, const struct pool_entry *e, uint64_t now);
/* A session has ended. */
void own_gone(struct own *o, const char *unique);
/* The store still has *P, a session of this node from before it was rebooted: it is taken out there.  OWN_MAX of them. */
void own_stray(struct own *o, const struct pool_entry *p);
/* Sessions that have not been told since BEFORE have ended: how many. */
unsigned own_expire(struct own *o, uint64_t before);
/* How many there are. */
uint32_t own_count(const struct own *o);

/* The store has none of them any more: those that have ended are forgotten, the others wait. */
void own_lost(struct own *o);
/* Whether there is something to write. */
bool own_waits(const struct own *o);
/*
 * Up to COUNT operations that wait, in OPS: how many.  Their texts stay until own_written or own_not_written, one of which
 * must follow before the next own_take.
 */
size_t own_take(struct own *o, struct etcd_op *ops, size_t count);
/* The store has what own_take gave, as of REVISION, which is not 0. */
void own_written(struct own *o, uint64_t revision);
/* It has not, or perhaps; all of it waits again. */
void own_not_written(struct own *o);
/*
 * The store has LEN bytes VALUE (NULL: nothing) for the session UNIQUE of this node, as of REVISION.  If that is not what
 * was written, somebody else has done it, and it is written again.
 */
void own_seen(struct own *o, const char *unique, uint64_t revision, const char *value, size_t len);

#endif
