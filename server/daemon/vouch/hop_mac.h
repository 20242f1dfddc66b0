/* SPDX-License-Identifier: MIT */
/* hop_mac: HMAC-SHA-256 (RFC 2104) with libmd's SHA-256, for the vouchers of a pool. */
#ifndef HOLDFAST_HOP_MAC_H
#define HOLDFAST_HOP_MAC_H

#include <stdbool.h>
#include <stddef.h>

#define HOP_MAC_BYTES 32

/* The code of the LEN bytes at DATA by a key of KEY_LEN bytes, any number. */
void hop_mac(const void *key, size_t key_len, const void *data, size_t len, unsigned char out[HOP_MAC_BYTES]);
/* Whether the codes are the same, in a time that does not depend on where they differ. */
bool hop_mac_equal(const unsigned char a[HOP_MAC_BYTES], const unsigned char b[HOP_MAC_BYTES]);

#endif
