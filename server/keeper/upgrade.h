/* SPDX-License-Identifier: MIT */
/*
 * upgrade: a keeper goes on in the program that is installed now (ATTACH_MSG_UPGRADE), with its pid, its descriptors,
 * its shell and all that is attached.
 *
 *   1  the keeper waits until nothing is in between: no claim, no rendering that is on its way; the painter leaves its
 *      rendering behind and ends (picture.h)
 *   2  it writes what is not in the session's memory into that memory (handed.h)
 *   3  the new program, as a child, looks at all of it (reexec.h): if it can't take over, the keeper stays what it is
 *   4  it tells the leader, and executes the new program, which reads all of that, and says DONE
 *
 * Between 2 and 4 nothing is read or written for the session.  When the execution fails, the keeper goes on, too.
 */
#ifndef HOLDFAST_UPGRADE_H
#define HOLDFAST_UPGRADE_H

#include "peers.h"

#define UPGRADE_WAIT_MS 4000 /* so long the keeper waits for a moment in which it can be done */

/* PEER asks for it. */
void upgrade_ask(struct peer *peer);
void upgrade_watch(const struct keeper *k, struct loop *l);
/* At the end of a turn, when all is saved.  Does not return where the keeper has become the new program. */
void upgrade_turn(struct keeper *k);

/* In the new program. */

/* holdfast-keeper --check-state: whether this program can take over what is in MEMORY: 0 or a negative errno. */
int upgrade_check(int memory);
/*
 * holdfast-keeper --take-over: K, all zero but for k->io, takes over what is in MEMORY (its own from now on);
 * keeper_open() follows. 0 or a negative errno, after which this process must end.
 */
int upgrade_take_over(struct keeper *k, int memory);
/* K is open: tells the leader, and those who have asked. */
void upgrade_arrived(struct keeper *k);

#endif
