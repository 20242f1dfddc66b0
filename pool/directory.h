/* SPDX-License-Identifier: MIT */
/*
 * directory: all sessions of the pool that are known here, by user, and the nodes.  In memory alone, and bounded.
 *
 * An entry is kept as the message ENTRY that a helper will get (poolmsg.h), so that an answer is a copy.
 *
 * Each entry has the store's revision in which it was written: what is older than what is known changes nothing.  A
 * full reading of the store begins with directory_begin, and what has not been put again by its end is swept away.
 */
#ifndef HOLDFAST_POOL_DIRECTORY_H
#define HOLDFAST_POOL_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poolmsg.h"
#include "value.h"

#define DIRECTORY_ENTRIES_MAX 2000000
#define DIRECTORY_BYTES_MAX (UINT64_C(512) << 20)

struct directory;

struct directory_limits {
	uint64_t entries, bytes; /* of all */
	uint32_t user;           /* entries of one user */
	uint32_t nodes;
};

struct directory_counts {
	uint64_t entries, bytes, users;
	uint64_t over; /* entries that were not taken because of a limit, since the last directory_begin */
};

/* NULL: no memory.  LIMITS NULL: those of poolmsg.h and above. */
struct directory *directory_new(const struct directory_limits *limits);
void directory_free(struct directory *d);
/*
 * A session of *E's node, as of REVISION: 0; -EDQUOT: the user, that node, or all, have too many; -ENOMEM.  One node can
 * have half of all entries and bytes, and of a user who has too many those of the node with the most give way.
 */
int directory_put(struct directory *d, const struct pool_entry *e, uint64_t revision);
/* Session or node K is gone as of REVISION. */
void directory_remove(struct directory *d, const struct key *k, uint64_t revision);
/* A node, as of REVISION; NOW is clock_date_ms(): 0, -EDQUOT or -ENOMEM. */
int directory_put_node(struct directory *d, const struct value_node *n, uint64_t revision, uint64_t now);

/* All is forgotten: the store counts its revisions anew. */
void directory_clear(struct directory *d);
/* A full reading begins: whatever is not put from now on can be swept. */
void directory_begin(struct directory *d);
/*
 * The reading has ended; it was of REVISION.  Sweeps up to COUNT users: whether all is done.  A step is short, so that
 * questions can be answered in between.
 */
bool directory_sweep(struct directory *d, uint64_t revision, unsigned count);

/* Calls TAKE with each ENTRY of USER, a message of LEN bytes, until it returns false. */
void directory_user(const struct directory *d, const char *user,
                    bool (*take)(void *arg, const unsigned char *message, size_t len), void *arg);
/* Calls TAKE with each node that has a key of its own, until it returns false. */
void directory_nodes(const struct directory *d, bool (*take)(void *arg, const struct pool_member *m), void *arg);
/* How many entries of NODE there are. */
uint32_t directory_sessions(const struct directory *d, const char *node);
void directory_count(const struct directory *d, struct directory_counts *c);

#endif
