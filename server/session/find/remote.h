/* SPDX-License-Identifier: MIT */
/*
 * remote: a user's sessions on the other nodes of the pool, as candidates among those of this node (choose.h).
 *
 * They are entries of holdfast-pool (poolmsg.h), and hints: an entry can be older than what is there now.  In a
 * session_list they are struct attach_status like the others, with REMOTE set; remote_of() gives the entry again, which
 * has the node, its address, and the session's number, name and unique id.
 */
#ifndef HOLDFAST_REMOTE_H
#define HOLDFAST_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "poolask.h"
#include "sessions.h"

/* Appends the sessions of other nodes in A to LIST, behind its own: 0 or -ENOMEM (LIST is as it was). */
int remote_add(struct session_list *list, const struct pool_answer *a);
/*
 * Takes the entries of nodes out of A that PATTERNS do not name (PoolTrust, match.h; "": nobody is distrusted).  This
 * node's own stay.
 */
void remote_trust(struct pool_answer *a, const char *patterns);
/* The entry of a session with REMOTE set; NULL for one of this node. */
const struct pool_entry *remote_of(const struct pool_answer *a, const struct attach_status *s);
/*
 * The session that WORD, a number or a name, means on NODE ("": by name, on any other node): 0 with *FOUND; -ENOENT;
 * -ENOTUNIQ: several have that name.
 */
int remote_find(const struct pool_answer *a, const char *node, const char *word, const struct pool_entry **found);
/* Whether NODE is the name of this node, as holdfast-pool says. */
bool remote_is_here(const struct pool_answer *a, const char *node);

/*
 * Takes "login3:work" apart: NODE becomes the part before the colon, or "", and the result is the rest of TEXT.  NULL:
 * what is before the colon is no name of a node.
 */
const char *remote_split(const char *text, char node[NODE_CAP]);

#endif
