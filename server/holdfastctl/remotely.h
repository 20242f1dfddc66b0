/* SPDX-License-Identifier: MIT */
/*
 * remotely: runs holdfastctl on another node of the pool, by ssh, as the caller: for a session that is held there.  ssh
 * asks nothing, believes no new host key and forwards nothing.
 */
#ifndef HOLDFAST_REMOTELY_H
#define HOLDFAST_REMOTELY_H

#include "poolmsg.h"

#define REMOTELY_WORDS 8

/*
 * Runs "holdfastctl WORDS… ID" on the node of the session S; WORDS ends with NULL and has at most REMOTELY_WORDS, each
 * of letters, digits, '.', '_' and '-', or empty; with BEHIND (may be NULL) behind the number.  The exit status; what
 * went wrong has been said.
 */
int remotely_run(const struct pool_entry *s, const char *const *words, const char *behind);
/*
 * For the holdfastctl there: CTL_OK, or the exit status after an error, where the connection has led to another node
 * than the caller meant.  There the number would be that of another session.
 */
int remotely_check(void);
/*
 * Whether *WORD (may be NULL) means a session of the caller's on another node, as far as this one knows: 1 with *S; 0: it
 * is for this node, of which *WORD then does not speak any more; or, after an error that has been said, minus the exit
 * status.
 */
int remotely_find(const char **word, struct pool_entry *s);

#endif
