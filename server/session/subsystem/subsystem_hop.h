/* SPDX-License-Identifier: MIT */
/*
 * subsystem_hop: the conversation about a voucher (common/messages/frame_hop.h) between a client that comes from another
 * node of the pool, and this node's holdfastd.  This process is the user's: it carries the messages, and holdfastd's
 * helper decides (server/daemon/vouch/hop_challenge.h).  Whatever goes wrong costs the voucher alone.
 */
#ifndef HOLDFAST_SUBSYSTEM_HOP_H
#define HOLDFAST_SUBSYSTEM_HOP_H

#include <stdbool.h>

#include "frame.h"
#include "frame_types.h"
#include "ticket.h"

#define SUBSYSTEM_HOP_ASK_MS 2000    /* for the nonce */
#define SUBSYSTEM_HOP_ANSWER_MS 5000 /* for the verdict */

struct subsystem_hop {
	bool begun; /* HOP has come */
	bool unvouched; /* BEGUN, and this node takes no vouchers: PoolVouch no */
	char unique[FRAME_HOP_UNIQUE]; /* BEGUN: of the session that is wanted; "": unknown */
	int fd;     /* to the helper that has given the nonce; good while BEGUN; -1: there is none */
};

/*
 * F is HOP, of a client of the login T (none: nobody can vouch for it).  0, and the frame HOP_CHALLENGE is in OUT (CAP
 * bytes, FRAME_HOP_MAX suffices), *N of them; -EBADMSG.
 */
int subsystem_hop_begin(struct subsystem_hop *h, const struct ticket *t, const struct frame *f, unsigned char *out,
                        size_t cap, int *n);
/* F is HOP_VOUCHER: the same with HOP_ANSWER. */
int subsystem_hop_voucher(struct subsystem_hop *h, const struct frame *f, unsigned char *out, size_t cap, int *n);
/* The client goes on without an answer, or has gone. */
void subsystem_hop_end(struct subsystem_hop *h);

#endif
