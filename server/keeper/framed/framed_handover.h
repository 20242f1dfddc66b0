/* SPDX-License-Identifier: MIT */
/*
 * framed_handover: a framed attachment as records (base/records.h): the frame in progress both ways, what is
 * acknowledged and what is on the way.  Its stream's input is in the session's memory.
 */
#ifndef HOLDFAST_FRAMED_HANDOVER_H
#define HOLDFAST_FRAMED_HANDOVER_H

#include <stdbool.h>

#include "peers.h"
#include "wire.h"

/* Whether PEER, framed, waits for no rendering. */
bool framed_may_hand_over(const struct peer *peer);
void framed_hand_over(const struct peer *peer, struct wire_writer *w);
/*
 * Makes peer->framed, without its stream: framed_join() follows, when the keeper's streams are there.  0, -EPROTO for a
 * value that no keeper writes, -EBADMSG or -ENOMEM.
 */
int framed_take_over(struct peer *peer, struct wire_reader *r);
/*
 * Joins PEER, whose keeper has its rings and streams by now, to its stream.  0; -EPROTO: there is no such stream, or
 * not for it, or an offset is of output that there is not.
 */
int framed_join(struct peer *peer);
/* Frees what framed_take_over() has made and framed_join() has not joined.  Takes a peer that is not framed. */
void framed_forget(struct peer *peer);

#endif
