/* SPDX-License-Identifier: MIT */
/* plain: an attachment that gets the session's bytes as they are: a terminal, or a pair of pipes. */
#ifndef HOLDFAST_PLAIN_H
#define HOLDFAST_PLAIN_H

#include "peers.h"

extern const struct attachment_ops plain_ops;

/* PEER, attached, comes from the program that this keeper was before: how far its terminal is gets noted again. */
void plain_join(struct peer *peer);

/*
 * A new shell is there: it gets the keys that were typed before, without Ctrl-C, Ctrl-\ and Ctrl-Z, which were meant
 * for the program before it.
 */
void plain_typed_ahead(struct keeper *k);

#endif
