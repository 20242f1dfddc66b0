/* SPDX-License-Identifier: MIT */
/*
 * handover_peer: a connection to the session's socket, and the attachment that it is, as records.  What a keeper that
 * takes another one's place would make anew (pacing, a probe that goes on) is not in them.
 */
#ifndef HOLDFAST_HANDOVER_PEER_H
#define HOLDFAST_HANDOVER_PEER_H

#include <stdbool.h>

#include "peers.h"
#include "wire.h"

/*
 * Whether PEER can be handed over in this moment: it is attached, or has claimed nothing, and waits for no answer of
 * the leader's, of the painter's or of the kernel's.
 */
bool handover_peer_ready(const struct peer *peer);
/* Writes PEER, which is ready. */
void handover_peer_put(const struct peer *peer, struct wire_writer *w);
/*
 * Reads one into *PEER (malloc'ed, the caller's; handover_peer_free).  Its descriptors have the numbers that they had,
 * and nothing was done with them.  0; -EPROTO for a value that no keeper writes; -EBADMSG, -E2BIG or -ENOMEM.
 */
int handover_peer_get(struct wire_reader *r, struct peer **peer);
/* Frees PEER (which may be NULL), and leaves its descriptors alone. */
void handover_peer_free(struct peer *peer);

#endif
