/* SPDX-License-Identifier: MIT */
/*
 * voucher: asks the holdfastd of this host to vouch for the login that this process belongs to, to another node of the
 * pool (common/messages/vouch.h, SIGN).
 */
#ifndef HOLDFAST_VOUCHER_H
#define HOLDFAST_VOUCHER_H

#include "frame_hop.h"

#define VOUCHER_MS 1000 /* the longest wait for it */

/*
 * The frame HOP_VOUCHER for HOP, as it was sent to the other node, and that node's challenge C, in OUT (CAP bytes;
 * FRAME_HOP_MAX suffices): its length; -ENOENT: there is no login, or no holdfastd; -EACCES: it does not; -ETIMEDOUT;
 * another negative errno.
 */
int voucher_get(const struct frame_hop *hop, const struct frame_hop_challenge *c, unsigned char *out, size_t cap);

#endif
