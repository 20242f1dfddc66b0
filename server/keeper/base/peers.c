/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <stdio.h>
#include <sys/socket.h>

#include "clock.h"

void
peer_send(struct peer *peer, const unsigned char *msg, int len)
{
	if (peer->phase == PEER_GONE)
		return;
	if (len <= 0 || send(peer->fd, msg, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) != len)
		peer_mark_gone(peer);
}

void
peer_refuse(struct peer *peer, uint8_t type, enum attach_refusal code, const char *text)
{
	static unsigned char out[TEXT_CAP + 64];
	struct attach_refused m = { .code = code };

	snprintf(m.text, sizeof m.text, "%s", text);
	peer_send(peer, out, attach_encode_refused(type, &m, out, sizeof out));
}

void
peer_mark_gone(struct peer *peer)
{
	struct peers *t = &peer->keeper->peers;

	if (peer->phase == PEER_GONE)
		return;
	peer->was_attached = peer->phase == PEER_ATTACHED;
	peer->phase = PEER_GONE;
	peer->deadline = CLOCK_NEVER;
	t->gone++;
	if (t->alone == peer)
		t->alone = NULL;
}

struct peer *
peers_next_attached(const struct keeper *k, unsigned *i)
{
	while (*i < k->peers.count) {
		struct peer *peer = k->peers.v[(*i)++];

		if (peer->phase == PEER_ATTACHED)
			return peer;
	}
	return NULL;
}

unsigned
peers_attached(const struct keeper *k)
{
	unsigned i = 0, n = 0;

	while (peers_next_attached(k, &i))
		n++;
	return n;
}

bool
peer_listens(const struct peer *peer)
{
	return peer->t.flow != TERMINAL_ASIDE && !peer->t.readonly && !peer->t.dead;
}

bool
peers_listen(const struct keeper *k)
{
	return peers_leading(k) != NULL;
}

struct peer *
peers_live(const struct keeper *k)
{
	struct peer *peer, *live = NULL;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (!live || peer->active > live->active)
			live = peer;
	return live;
}

struct peer *
peers_leading(const struct keeper *k)
{
	struct peer *peer, *leading = NULL;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer_listens(peer) && (!leading || peer->active > leading->active))
			leading = peer;
	return leading;
}

void
peers_fit_size(const struct keeper *k, struct fit *f)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (!peer->t.readonly)
			fit_add(f, &peer->t.size, peer->active);
}
