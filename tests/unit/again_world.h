/* SPDX-License-Identifier: MIT */
/* again_world: attachments of a keeper (keeper_world.h) that dies, and theirs at the next one. */
#ifndef HOLDFAST_AGAIN_WORLD_H
#define HOLDFAST_AGAIN_WORLD_H

#include "keeper_world.h"

#include <stdlib.h>

#include "awaited.h"

static struct awaited list[PEERS_MAX];
static unsigned listed;

/* One that is attached, or whose claim is granted. */
struct returning {
	struct caller c;
	int held; /* its holdfast-login has the terminal open */
	unsigned char token[ATTACH_TOKEN];
};

static inline void
be_granted(struct returning *r)
{
	struct attach_granted m;
	size_t len;
	const unsigned char *msg = caller_expect(&r->c, ATTACH_MSG_GRANTED, &len);

	assert_int_equal(attach_decode_granted(&m, msg, len), 0);
	assert_int_equal(m.session, 3);
	memcpy(r->token, m.token, sizeof r->token);
}

/* Claims, and is granted the claim. */
static inline void
begin(struct returning *r, enum attach_mode mode, uint32_t flags)
{
	struct attach_claim m = claim_of(mode, flags | ATTACH_FLAG_RETURNS);

	caller_connect(&r->c);
	caller_claim(&r->c, &m);
	r->held = open(ptsname(r->c.screen), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(r->held >= 0);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	be_granted(r);
}

static inline void
attach(struct returning *r, enum attach_mode mode, uint32_t flags)
{
	unsigned before = peers_attached(&k);

	begin(r, mode, flags);
	caller_say(&r->c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) > before);
}

/* As a keeper that is killed leaves it all, and another one begins: nothing is restored, nobody is told. */
static inline void
die_as_listed(void)
{
	for (unsigned i = 0; i < k.peers.count; i++) {
		struct peer *peer = k.peers.v[i];

		close(peer->fd);
		close(peer->t.in);
		free(peer->t.paint);
		envlist_free(&peer->connection);
		envlist_free(&peer->claim.env);
		free(peer->agent_path);
		free(peer);
	}
	awaited_free(&k);
	k.peers = (struct peers){ .clock = 0 };
	awaited_take(&k, list, listed);
	while (world_report(0))
		;
}

/* The same at the end of a turn, when it has written down its attachments. */
static inline void
die(void)
{
	uint64_t clock = k.peers.clock;

	listed = awaited_note(&k, list, PEERS_MAX);
	die_as_listed();
	assert_true(!listed || k.peers.clock <= clock);
}

/* CLAIM on a new connection, with the terminal of before. */
static inline void
claim_again(struct returning *r, const unsigned char token[ATTACH_TOKEN], uint32_t flags)
{
	static unsigned char buf[MESSAGE_MAX];
	struct attach_claim m = claim_of(ATTACH_MODE_AGAIN, flags | ATTACH_FLAG_RETURNS);
	int fd = open(ptsname(r->c.screen), O_RDWR | O_NOCTTY | O_CLOEXEC), len, screen = r->c.screen;

	memcpy(m.token, token, sizeof m.token);
	len = attach_encode_claim(&m, buf, sizeof buf);
	assert_true(fd >= 0 && len > 0);
	close(r->c.fd);
	caller_connect(&r->c);
	r->c.screen = screen;
	caller_send(&r->c, buf, (size_t)len, &fd, 1);
}

static inline void
come_back(struct returning *r)
{
	unsigned before = peers_attached(&k);

	claim_again(r, r->token, 0);
	be_granted(r);
	caller_say(&r->c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) > before);
}

static inline void
leave(struct returning *r)
{
	close(r->held);
	caller_hang_up(&r->c);
}

static inline struct attach_status
status(void)
{
	struct attach_status s;
	const unsigned char *msg;
	struct caller c;
	size_t len;

	caller_connect(&c);
	caller_say(&c, ATTACH_MSG_STATUS);
	msg = caller_expect(&c, ATTACH_MSG_STATUS_IS, &len);
	assert_int_equal(attach_decode_status(&s, msg, len), 0);
	caller_hang_up(&c);
	return s;
}

#endif
