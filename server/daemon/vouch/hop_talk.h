/* SPDX-License-Identifier: MIT */
/*
 * hop_talk: what the two sides of a voucher share (hop_sign.h, hop_challenge.h): messages of frame_hop.h on holdfastd's
 * socket, and this node's part in the pool.
 */
#ifndef HOLDFAST_HOP_TALK_H
#define HOLDFAST_HOP_TALK_H

#include "event.h"
#include "frame_hop.h"
#include "helper_private.h"

struct hop_message {
	const unsigned char *body;  /* LEN bytes behind the type, in BUF */
	size_t len;
	pid_t sender;               /* 0: unknown, because hop_talk_senders() was not called before */
	unsigned char buf[FRAME_HOP_MAX];
};

/* From now on the kernel tells of each message which process has sent it. */
int hop_talk_senders(int conn);
/* The next message, which must be of TYPE: 0; -ETIMEDOUT; -EPIPE: the caller has gone; -EBADMSG: another, or too long. */
int hop_talk_receive(int conn, uint8_t type, int timeout_ms, struct hop_message *m);
/* Sends what an encoder of frame_hop.h has left, N bytes, or its error: 0 or a negative errno. */
int hop_talk_send(int conn, const unsigned char *frame, int n);

/* What this node is in its pool, and how it vouches, for one login. */
struct hop_node {
	const struct config_pool *pool; /* borrowed of the helper's policy */
	char name[NODE_CAP];
	unsigned char boot[FRAME_KEY];
	const char *keys;               /* the file; NULL: by munge */
};

/*
 * NULL, or why this node has no part in the login's way to or from another one, for people.  The configuration is that for
 * the helper's login, whose caller it has verified.
 */
const char *hop_talk_node(const struct helper *h, struct hop_node *n);
/* Whether vouchers are made and taken here (PoolVouch). */
bool hop_talk_vouches(const struct hop_node *n);
/* Whether that is so with the node OTHER (PoolTrust). */
bool hop_talk_trusts(const struct hop_node *n, const char *other);
/* The login of H as it is whatever MatchKey says: 0 or a negative errno. */
int hop_talk_login(const struct helper *h, const struct ticket *ticket, struct login *l);
/* Begins the event NAME of the login L, which came from ADDRESS and proved WHO, with the other node NODE. */
void hop_talk_event(const struct login *l, struct event *e, const char *name, const char *address, const char *who,
                    const char *node);
/* Writes and counts it, unless the user is told of too often. */
void hop_talk_write(const struct helper *h, struct event *e);

#endif
