/* SPDX-License-Identifier: MIT */
/* elsewhere: the sessions of ctl_uid() on other nodes of the pool, for lists, and for those who look for a name. */
#ifndef HOLDFAST_ELSEWHERE_H
#define HOLDFAST_ELSEWHERE_H

#include <stdbool.h>
#include <stddef.h>

#include "poolask.h"
#include "sessionlist.h"

struct elsewhere {
	struct pool_answer answer;     /* HEALTH of it only if ASKED */
	struct sessionlist_session *v; /* owned: their status is what the pool knows (remote.h) */
	size_t count;
	bool asked;                    /* there is a pool, and holdfast-pool has answered */
};

#define ELSEWHERE_NONE { .v = NULL }

/* Asks; without a pool, or an answer within POOLASK_TOOL_MS, there are none.  Free with elsewhere_free. */
void elsewhere_get(struct elsewhere *e);
/* The node of its session S, or "" for another one. */
const char *elsewhere_node(const struct elsewhere *e, const struct sessionlist_session *s);
/* Says on standard error what makes the list doubtful: the store is away, or there were too many. */
void elsewhere_warn(const struct elsewhere *e);
/*
 * The session that WORD means ("login3:work", "login3:4", or a name): 0 with *FOUND, which is E's; -ENOENT; -ENOTUNIQ:
 * several nodes have that name; -EINVAL: no such form.
 */
int elsewhere_find(const struct elsewhere *e, const char *word, const struct pool_entry **found);
void elsewhere_free(struct elsewhere *e);

#endif
