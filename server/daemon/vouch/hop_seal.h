/* SPDX-License-Identifier: MIT */
/* hop_seal: what makes a claim (hop_claim.h) a voucher: the code of a shared key (poolkeys.h), or munge's credential. */
#ifndef HOLDFAST_HOP_SEAL_H
#define HOLDFAST_HOP_SEAL_H

#include <stddef.h>

#include "bounds.h"
#include "frame_hop.h"

struct hop_seal {
	char method[FRAME_HOP_METHOD];
	unsigned char mac[FRAME_HOP_MAC_MAX];
	size_t len; /* of the code */
};

/*
 * Signs the LEN bytes at CLAIM by the first key of the file KEYS, or by munge if that is NULL.  0; or a negative errno,
 * and ERROR says why.
 */
int hop_seal_make(const char *keys, const void *claim, size_t len, struct hop_seal *seal, char error[TEXT_CAP]);
/*
 * Whether V's code is that of V's claim: 0; -ENOKEY: of a method or key that is not used here; -EKEYREJECTED: it is not;
 * another negative errno: that could not be found out.  ERROR says why, for the log.
 */
int hop_seal_check(const char *keys, const struct frame_hop_voucher *v, char error[TEXT_CAP]);

#endif
