/* SPDX-License-Identifier: MIT */
/*
 * poolask: what holdfast-pool knows of the pool's nodes, and of a user's sessions on them (poolmsg.h), by way of a
 * helper, which asks for the caller's own user alone.  Where there is no pool nothing is asked.
 */
#ifndef HOLDFAST_POOLASK_H
#define HOLDFAST_POOLASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poolmsg.h"
#include "ticket.h"

#define POOLASK_MS 50        /* a login waits */
#define POOLASK_TOOL_MS 2000 /* a command of a person's does */

struct pool_answer {
	struct pool_entry *entries; /* owned, in the order in which they came */
	size_t entry_count;
	struct pool_member *members;
	size_t member_count;
	struct pool_health health;  /* all zero until the answer was read to its end */
	bool whole;                 /* it was */
};

#define POOL_ANSWER_NONE { .entries = NULL }

/* Whether this host may have a pool at all: holdfast-pool's socket is there. */
bool poolask_there(void);
/*
 * Asks for WHAT by a connection of its own, for a command; TICKET (may be none) says which of the names of its uid the caller means.
 * 0, also for an answer that has not come whole; -ENOENT: no pool here; -ETIMEDOUT or another negative errno.  Free with
 * poolask_free in any case.
 */
int poolask(enum pool_what what, const struct ticket *ticket, struct pool_answer *a);
/* The same over SOCK, the connection of a login whose FACTS permit it (vouch.h), which waits POOLASK_MS at most. */
int poolask_over(int sock, enum pool_what what, const struct ticket *ticket, struct pool_answer *a);
/* The same for root, of any USER ("": for MEMBERS), without a helper. */
int poolask_as_root(enum pool_what what, const char *user, struct pool_answer *a);
void poolask_free(struct pool_answer *a);

#endif
