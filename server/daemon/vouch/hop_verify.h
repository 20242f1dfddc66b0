/* SPDX-License-Identifier: MIT */
/*
 * hop_verify: whether a claim whose code is right (hop_seal.h) is good for one login of this node: no replay, made for
 * this node and for nobody else.
 */
#ifndef HOLDFAST_HOP_VERIFY_H
#define HOLDFAST_HOP_VERIFY_H

#include "hop_claim.h"

/* What is wrong with a voucher; the words are why= of the event "unvouched" (holdfast-events(7)). */
enum hop_verdict {
	HOP_GOOD = 0,
	HOP_MALFORMED, /* the message, or the claim in it */
	HOP_VERSION,   /* a claim of another version */
	HOP_KEY,       /* signed with what is not used here */
	HOP_MAC,       /* the code is not that of the claim */
	HOP_POOL,
	HOP_TRUST,     /* by a node that PoolTrust does not name */
	HOP_ITSELF,    /* by a node of our own name */
	HOP_NODE,      /* for another node */
	HOP_BOOT,      /* for another boot of this node */
	HOP_NONCE,     /* not for the challenge of this connection */
	HOP_USER,
	HOP_UID,
	HOP_IDENTITY,  /* of a login that has proved nothing known, or for a login that is vouched for as another already */
	HOP_LATE,
	HOP_CALLER,    /* another process sends it than the one that was challenged */
	HOP_POLICY,    /* holdfast.conf has been changed since the challenge, and takes none any more */
	HOP_TROUBLE,   /* it could not be checked */
	HOP_VERDICTS
};

struct hop_expected {
	const char *pool, *node;
	const char *trust;           /* PoolTrust: patterns for match_list; "": none */
	const unsigned char *boot;   /* FRAME_KEY bytes */
	const unsigned char *nonce;  /* FRAME_HOP_NONCE bytes */
	const char *user;            /* the login's */
	uint32_t uid;
};

enum hop_verdict hop_verify(const struct hop_claim *c, const struct hop_expected *e);
/* "nonce", for the log. */
const char *hop_verdict_name(enum hop_verdict v);
/* "it was made for another node", for people. */
const char *hop_verdict_words(enum hop_verdict v);

#endif
