/* SPDX-License-Identifier: MIT */
#include "hop_mac.h"

#include <sha2.h>
#include <string.h>

_Static_assert(HOP_MAC_BYTES == SHA256_DIGEST_LENGTH, "a code is a SHA-256");

/* Into OUT the hash of PAD, one block, and the bytes behind it. */
static void
hash(const unsigned char pad[SHA256_BLOCK_LENGTH], const void *data, size_t len, unsigned char out[HOP_MAC_BYTES])
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, pad, SHA256_BLOCK_LENGTH);
	SHA256Update(&ctx, data, len);
	SHA256Final(out, &ctx);
	explicit_bzero(&ctx, sizeof ctx);
}

void
hop_mac(const void *key, size_t key_len, const void *data, size_t len, unsigned char out[HOP_MAC_BYTES])
{
	unsigned char inner[SHA256_BLOCK_LENGTH] = {0}, outer[SHA256_BLOCK_LENGTH], first[HOP_MAC_BYTES];
	SHA2_CTX ctx;

	if (key_len > sizeof inner) {
		SHA256Init(&ctx);
		SHA256Update(&ctx, key, key_len);
		SHA256Final(inner, &ctx);
		explicit_bzero(&ctx, sizeof ctx);
	} else if (key_len) {
		memcpy(inner, key, key_len);
	}
	for (size_t i = 0; i < sizeof inner; i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	hash(inner, data, len, first);
	hash(outer, first, sizeof first, out);
	explicit_bzero(inner, sizeof inner);
	explicit_bzero(outer, sizeof outer);
}

bool
hop_mac_equal(const unsigned char a[HOP_MAC_BYTES], const unsigned char b[HOP_MAC_BYTES])
{
	volatile unsigned char differs = 0;

	for (size_t i = 0; i < HOP_MAC_BYTES; i++)
		differs = differs | (a[i] ^ b[i]);
	return differs == 0;
}
