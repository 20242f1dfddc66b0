/* SPDX-License-Identifier: MIT */
/*
 * enter_far: a login and the sessions of its user on other nodes of the pool: finds them by way of holdfast-pool, and goes
 * to one by a hop (hop.h).  Nothing here ever keeps a login from a session of this node: each failure is as if there were
 * no other node, with one line for the person that says where the session is.
 */
#ifndef HOLDFAST_ENTER_FAR_H
#define HOLDFAST_ENTER_FAR_H

#include <stdbool.h>

#include "enter_private.h"

/* Asks for the user's sessions of all nodes that are trusted, once a login, into E->pool: whether there is an answer. */
bool enter_far_ask(struct enter *e);
/* Whether E->node is this node. */
bool enter_far_is_here(struct enter *e);
/*
 * Goes to the session S, which was chosen, without being asked for: 0: the login is there (E->hopped); -ENOENT: it is
 * not there any more; -EINTR; or another negative errno: it cannot be reached, and enter_far_say says so later.
 */
int enter_far(struct enter *e, const struct pool_entry *s);
/*
 * The same for the session of E->node and E->want: -ENOENT: none is known; -ENOTUNIQ: several have that name; -EREMOTE:
 * it cannot be reached, and the login may start no other session of that name.
 */
int enter_far_named(struct enter *e);
/* The session is new: says to the person which one on another node could not be reached. */
void enter_far_say(struct enter *e);

#endif
