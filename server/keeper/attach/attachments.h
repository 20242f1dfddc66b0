/* SPDX-License-Identifier: MIT */
/* attachments: all that is attached to a session, of either kind (struct attachment_ops in peers.h). */
#ifndef HOLDFAST_ATTACHMENTS_H
#define HOLDFAST_ATTACHMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "peers.h"

/* Puts the attachments into the set, and the moments at which stalled ones are set aside. */
void attachments_watch(struct keeper *k, struct loop *l);
/* Writes new output to all of them. */
void attachments_push(struct keeper *k);
/* The same for those that do not gather output, while more of it is to come. */
void attachments_push_early(struct keeper *k);
/* Gives the program the input that waits for it. */
void attachments_feed(struct keeper *k);
/* Whether one that is not set aside is more than LAG bytes behind; with LAG 0: has anything left to be written. */
bool attachments_behind(const struct keeper *k, uint64_t lag);
/*
 * One has come, gone, or changed its size: the pty gets the size that SizePolicy chooses (fit.h), of all that may type
 * and of those that are awaited.
 */
void attachments_fit_size(struct keeper *k);
/* There is input of PEER's, which goes to the program next: PEER is the one that typed last. */
void attachments_typed(struct peer *peer);
/* Input of PEER's that was held back, because a report could follow, goes to the program. */
void attachments_release(struct peer *peer);
/* PEER gets no more: it can't answer queries in output that has not been written to it. */
void attachments_unanswered(struct peer *peer);
/* Leaves PEER's terminal clean, tells it why and marks it. */
void attachments_detach(struct peer *peer, enum attach_reason why, const char *target);
/* All but EXCEPT (which may be NULL). */
void attachments_detach_all(struct keeper *k, const struct peer *except, enum attach_reason why);
/*
 * The shell has ended: tells all attachments and marks them; without ALL, not those whose client has not acknowledged
 * the end yet.
 */
void attachments_end(struct keeper *k, bool all);
/* Once a turn: sets stalled ones aside and marks dead ones. */
void attachments_turn(struct keeper *k);

#endif
