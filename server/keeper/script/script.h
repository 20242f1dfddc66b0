/* SPDX-License-Identifier: MIT */
/*
 * script: what processes ask that are no attachments (common/messages/attach_script.h): to type into the session, to
 * have its screen, to follow its output, and whether it is quiet.
 *
 * Nothing of that delays the program or a terminal: what an asker's socket does not take waits for the asker, and
 * output that has left the ring meanwhile is a gap.  Without an asker it costs a comparison a turn, and without
 * output no wake-up.
 */
#ifndef HOLDFAST_SCRIPT_H
#define HOLDFAST_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "peers.h"

#define SCRIPT_END_MS 60000 /* the session is over: so long a follower has for the rest of the output */

/* Input of PEER's and the socket of a follower that was full, and what is due. */
void script_watch(struct keeper *k, struct loop *l);
/* Once a turn: types, asks, and sends new output. */
void script_turn(struct keeper *k);
/* PEER goes: all that it has asked for is given up. */
void script_leave(struct peer *peer);
/* The session is over: followers get the rest of the output, and its end, as much as their sockets take. */
void script_end(struct keeper *k);
/* Once a turn from then on: all but those who have not got all of that go.  Whether there are any. */
bool script_rest(struct keeper *k);
/* Those get no more time: they are told how much of it is missing, and the end. */
void script_cut(struct keeper *k);
/* Whether nothing is under way that another program in this process could not take over. */
bool script_is_ready(const struct keeper *k);
/* This process becomes another program: those who have asked connect again. */
void script_let_go(struct keeper *k);

#endif
