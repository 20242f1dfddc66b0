/* SPDX-License-Identifier: MIT */
/*
 * frame_hop: the frames by which a login of one node of a pool goes over to another node with the identity that it has
 * on the first: HOP, HOP_CHALLENGE, HOP_VOUCHER and HOP_ANSWER of docs/PROTOCOL.md (section 12).  They come before
 * ATTACH, and only where HELLO has named FRAME_HOP_FEATURE.
 *
 * The same messages, without the length at their beginning, go over holdfastd's socket, one a packet (vouch.h).
 */
#ifndef HOLDFAST_FRAME_HOP_H
#define HOLDFAST_FRAME_HOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"
#include "wire.h"

#define FRAME_HOP_LENGTH 4       /* bytes of the length, which holdfastd's socket leaves out */
#define FRAME_HOP_NONCE 32
#define FRAME_HOP_METHOD 33      /* the id of a key, or "munge", with its NUL */
#define FRAME_HOP_CLAIM_MAX 1024
#define FRAME_HOP_MAC_MAX 4096   /* 32 bytes by a key; munge's has the claim in it */
#define FRAME_HOP_MAX (FRAME_HEAD + 3 * 4 + FRAME_HOP_METHOD + FRAME_HOP_CLAIM_MAX + FRAME_HOP_MAC_MAX)
#define FRAME_HOPS 1             /* a login that has come over another node goes no further */

struct frame_hop {
	char pool[POOL_CAP];
	char node[NODE_CAP];         /* where the login comes from */
	uint32_t hops;               /* FRAME_HOPS */
	char unique[FRAME_HOP_UNIQUE]; /* of the session that it wants; "": none */
};

struct frame_hop_challenge {
	unsigned char nonce[FRAME_HOP_NONCE];
	char node[NODE_CAP];         /* where the login goes to; "": no voucher is taken here */
	unsigned char boot[FRAME_KEY];
};

struct frame_hop_voucher {
	char method[FRAME_HOP_METHOD]; /* "": there is no voucher; then the others are empty too */
	struct wire_bytes claim, mac;  /* decoded: point into the frame */
};

struct frame_hop_answer {
	bool ok;
	char text[TEXT_CAP];         /* why not, for people */
};

/* Whether NAME can be a pool's, a node's or a key's: 1 or more of A-Z a-z 0-9 . _ - without '.' or '-' in front. */
bool frame_hop_name_ok(const char *name);

/* Encoders and decoders as in frame.h.  A decoder refuses names that are none. */
int frame_put_hop(const struct frame_hop *m, unsigned char *out, size_t cap);
int frame_get_hop(struct frame_hop *m, const unsigned char *body, size_t len);
int frame_put_hop_challenge(const struct frame_hop_challenge *m, unsigned char *out, size_t cap);
int frame_get_hop_challenge(struct frame_hop_challenge *m, const unsigned char *body, size_t len);
int frame_put_hop_voucher(const struct frame_hop_voucher *m, unsigned char *out, size_t cap);
int frame_get_hop_voucher(struct frame_hop_voucher *m, const unsigned char *body, size_t len);
int frame_put_hop_answer(const struct frame_hop_answer *m, unsigned char *out, size_t cap);
int frame_get_hop_answer(struct frame_hop_answer *m, const unsigned char *body, size_t len);

#endif
