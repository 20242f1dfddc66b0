/* SPDX-License-Identifier: MIT */
/*
 * leader_pool: tells holdfast-pool of the session, where the host belongs to a pool of login nodes (poolmsg.h).
 *
 * The leader never waits for holdfast-pool.  A message that finds its queue full is tried again after a while, and
 * all are sent once more when holdfast-pool asks for that (LEADERCTL_TELL).  What the session is, its keeper says, a
 * process of the user; whose it is, and its identity, the leader.
 *
 * The keeper may say it as often as it likes: what changes faster than LEADER_POOL_EVERY_MS is told as it is then, so
 * that no user can keep the pool's directory busy.
 */
#ifndef HOLDFAST_LEADER_POOL_H
#define HOLDFAST_LEADER_POOL_H

#include "config_pool.h"
#include "leader.h"

#define LEADER_POOL_BURST 8       /* entries at once, … */
#define LEADER_POOL_EVERY_MS 2000 /* … and one more after each such time */

/* Begins, with what holdfast.conf says. */
void leader_pool_init(struct leader *l, const struct config_pool *p);
/* The keeper is ready, or is another program: asks it for the facts. */
void leader_pool_ask(struct leader *l);
/* It has said them. */
void leader_pool_facts(struct leader *l, const struct leadermsg_facts *m);
/* holdfast-pool asks, by way of holdfastd: holdfast.conf is read again. */
void leader_pool_again(struct leader *l);
/* The session has ended. */
void leader_pool_gone(struct leader *l);
/* Once a turn: what has not been sent yet. */
void leader_pool_turn(struct leader *l);
/* clock_now_ms(): when there is something to do; 0: never. */
uint64_t leader_pool_due(const struct leader *l);

#endif
