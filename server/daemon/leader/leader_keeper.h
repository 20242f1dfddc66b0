/* SPDX-License-Identifier: MIT */
/*
 * leader_keeper: the keepers of a session, one after the other.
 *
 * A keeper that ends while its session has not is replaced: the next one gets the same pty or pipes, listening sockets
 * and memory, and the kernel's sums of what the dead one had read and written.  The second death in a minute is
 * followed by a pause, and the fifth parks the session: the leader holds everything, and starts no keeper but one for
 * each connection to the session's socket (a login, `holdfastctl`), and not more often than ten times a second.  Where
 * one after the other is killed by a signal, what they find in the memory may be the reason: then the next one begins
 * without that, with a blank screen.
 *
 * A keeper can become another program (server/keeper/upgrade.h), which it tells the leader before.  If that dies within
 * LEADER_KEEPER_TRIAL_MS, the next keeper is the program before (PATH_KEEPER_OLD), if that is there; and those of a
 * parked session are both in turn.  After a keeper that has ended before it was ready, and for PATH_KEEPER_OLD, INIT is
 * as a version before reads it, too: the session has the default SizePolicy then.
 *
 *   ALIVE ──death──▶ PAUSE ──time──▶ ALIVE        PAUSE ──five deaths in a minute──▶ PARKED ──connection──▶ ALIVE
 */
#ifndef HOLDFAST_LEADER_KEEPER_H
#define HOLDFAST_LEADER_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "leader_keeper_state.h"

struct envlist;
struct leader;
struct leadermsg_report;
struct pollfd;

/*
 * Starts a keeper with the pty or pipes of l->shell, the sockets of l->dir and l->memory; AGAIN: not the first one.  0
 * or a negative errno.
 */
int leader_keeper_start(struct leader *l, bool again);
/* Registers it, and sends INIT with ENV; NULL: it is not the first one.  0 or a negative errno. */
int leader_keeper_introduce(struct leader *l, const struct envlist *env);
/* This process is about to change its limits and its OOM score: later keepers get those that it has now. */
void leader_keeper_remember(struct leader *l);
/* A child has ended.  Whether it was the keeper: then l->pid is 0, and l->status its status. */
bool leader_keeper_look(struct leader *l);
/* The keeper has ended, its last messages have been handled, and its session is not over: plans what follows. */
void leader_keeper_died(struct leader *l);
/* READY came from one that is not the first one. */
void leader_keeper_ready(struct leader *l, const struct leadermsg_report *m);
/* UPGRADE came: it is about to become another program, has become that, or has failed to. */
void leader_keeper_upgrade(struct leader *l, const struct leadermsg_report *m);
/* Whether the session has a keeper, or will have one. */
bool leader_keeper_goes_on(const struct leader *l);
/* When something is due, on clock_now_ms(); 0: nothing is. */
uint64_t leader_keeper_due(const struct leader *l);
/* Fills *P: while the session is parked, a connection to its socket. */
void leader_keeper_watch(const struct leader *l, struct pollfd *p);
/* Once a turn: does what is due. */
void leader_keeper_turn(struct leader *l, const struct pollfd *p);

#endif
