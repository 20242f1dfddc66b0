/* SPDX-License-Identifier: MIT */
/* script_follow: sends the session's output to processes that follow it (FOLLOW of attach_script.h). */
#ifndef HOLDFAST_SCRIPT_FOLLOW_H
#define HOLDFAST_SCRIPT_FOLLOW_H

#include <stdbool.h>

#include "peers.h"

#define SCRIPT_FOLLOW_PACKETS 8 /* to one follower in one turn */

/* PEER sends the message MSG. */
void script_follow(struct peer *peer, const unsigned char *msg, size_t len);
/* Sends new output, as much as PEER's socket takes. */
void script_follow_turn(struct peer *peer);
/* The session is over: sends the rest of the output, and its end, as PEER's socket takes it.  Whether PEER has all. */
bool script_follow_end(struct peer *peer);
/* PEER, which has not, gets no more time: sends a GAP in place of the rest, and the end behind that. */
void script_follow_cut(struct peer *peer);

#endif
