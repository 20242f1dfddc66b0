/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <stdlib.h>

#include "picture.h"
#include "script_follow.h"
#include "script_print.h"
#include "script_send.h"
#include "script_state.h"

/* All that have asked for something, one after the other: for (i = 0; (peer = next(k, &i)); ) */
static struct peer *
next(const struct keeper *k, unsigned *i)
{
	while (*i < k->peers.count) {
		struct peer *peer = k->peers.v[(*i)++];

		if (peer->script && peer->phase == PEER_OPEN)
			return peer;
	}
	return NULL;
}

/* The turn that this begins does the rest. */
static void
on_room(void *object, short revents)
{
	(void)object;
	(void)revents;
}

void
script_watch(struct keeper *k, struct loop *l)
{
	struct peer *peer;

	for (unsigned i = 0; k->scripts && (peer = next(k, &i));) {
		if (peer->script->follow.blocked)
			loop_add(l, peer->fd, POLLOUT, on_room, peer);
		if (peer->script->send.len)
			loop_until(l, peer->script->send.by);
	}
}

void
script_turn(struct keeper *k)
{
	struct peer *peer;

	k->sends = false;
	for (unsigned i = 0; k->scripts && (peer = next(k, &i));) {
		script_send_turn(peer);
		script_print_turn(peer);
		script_follow_turn(peer);
	}
}

void
script_leave(struct peer *peer)
{
	if (!peer->script)
		return;
	script_send_leave(peer);
	picture_print_forget(peer->keeper, peer);
	free(peer->script);
	peer->script = NULL;
	peer->keeper->scripts--;
}

void
script_end(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; k->scripts && (peer = next(k, &i));) {
		script_send_turn(peer);
		script_follow_end(peer);
	}
}

bool
script_rest(struct keeper *k)
{
	bool some = false;

	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (peer->phase == PEER_OPEN && peer->script && !script_follow_end(peer))
			some = true;
		else
			peer_mark_gone(peer);
	}
	return some;
}

void
script_cut(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; k->scripts && (peer = next(k, &i));)
		script_follow_cut(peer);
}

bool
script_is_ready(const struct keeper *k)
{
	const struct peer *peer;

	for (unsigned i = 0; k->scripts && (peer = next(k, &i));)
		if (peer->script->send.len || peer->script->print.what.what)
			return false;
	return true;
}

void
script_let_go(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; k->scripts && (peer = next(k, &i));)
		peer_mark_gone(peer);
}
