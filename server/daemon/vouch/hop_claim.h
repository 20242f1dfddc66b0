/* SPDX-License-Identifier: MIT */
/*
 * hop_claim: what one node of a pool says of a login to another one (frame_hop.h): the bytes that are signed.
 *
 *   string    "holdfast hop claim 1"; another version has another one
 *   string    pool
 *   string    the node that says it
 *   string    the node that it says it to
 *   byte[16]  id of that node's boot (proc(5), boot_id)
 *   byte[32]  that node's nonce
 *   string    user
 *   uint32    uid
 *   byte[32]  identity of the login (common/run/identity.h)
 *   string    address that the login came from; "": unknown
 *   string    who: how it proved itself, for people
 *   string    unique id of the session that it wants; "": none
 *
 * A string is its length in four bytes, most significant first, and its bytes, so that no two claims have the same
 * bytes, and no other message that a key could sign begins like this.  All text is printable ASCII.
 */
#ifndef HOLDFAST_HOP_CLAIM_H
#define HOLDFAST_HOP_CLAIM_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_hop.h"
#include "identity.h"

struct hop_claim {
	char pool[POOL_CAP];
	char from[NODE_CAP];
	char to[NODE_CAP];
	unsigned char boot[FRAME_KEY];
	unsigned char nonce[FRAME_HOP_NONCE];
	char user[USER_CAP];
	uint32_t uid;
	struct identity identity;
	char address[ADDRESS_CAP];
	char who[WHO_CAP];
	char unique[FRAME_HOP_UNIQUE];
};

/* The number of bytes written to OUT, or -EMSGSIZE, or -EINVAL: a text with another character. */
int hop_claim_encode(const struct hop_claim *c, unsigned char out[FRAME_HOP_CLAIM_MAX]);
/* 0; -EPROTONOSUPPORT: it does not begin like a claim of this version; -EBADMSG: not such a claim, or bytes left over. */
int hop_claim_decode(struct hop_claim *c, const void *buf, size_t len);

#endif
