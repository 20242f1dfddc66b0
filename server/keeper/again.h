/* SPDX-License-Identifier: MIT */
/*
 * again: an attachment comes back from a keeper that has died (awaited.h), with its token.
 *
 * It was vouched for when it came first, so neither the leader is asked nor the identity compared; who has the token is
 * the process that got it.  It gets back what it was: its number, its address, its place in the order of those who
 * answer, and its terminal's old settings.
 */
#ifndef HOLDFAST_AGAIN_H
#define HOLDFAST_AGAIN_H

#include "peers.h"

/*
 * PEER claims with ATTACH_MODE_AGAIN, and its descriptors are taken.  NULL: it may, and is described; one that had only
 * been granted its claim has that claim's mode from now on.  Else why not, with *CODE.
 */
const char *again_claim(struct peer *peer, enum attach_refusal *code);
/* Whether PEER, which confirms a claim that is granted, is still awaited. */
bool again_may(const struct peer *peer);
/* PEER is attached: it is awaited no longer, and goes if it was put out meanwhile. */
void again_attached(struct peer *peer);
/* PEER, framed, is attached over another connection: the one that it had before is not awaited any longer. */
void again_instead(struct peer *peer);

#endif
