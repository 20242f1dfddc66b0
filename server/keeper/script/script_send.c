/* SPDX-License-Identifier: MIT */
#include "script_send.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "controlmode.h"
#include "input.h"
#include "script_state.h"

void
script_send(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct keeper *k = peer->keeper;
	const unsigned char *bytes;
	struct script *s;
	size_t n;

	if (attach_decode_send(&bytes, &n, msg, len) < 0) {
		peer_mark_gone(peer);
	} else if (!k->source->has_terminal) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE,
		            "it is a command on pipes and has no terminal");
	} else if ((s = script_of(peer)) && s->send.len) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_BUSY, "it has not taken what was sent before");
	} else if (s) {
		memcpy(s->send.bytes, bytes, n);
		s->send.at = 0;
		s->send.len = n;
		s->send.by = clock_now_ms() + ATTACH_SEND_MS;
		keys_open(&s->send.keys, &k->vital);
		keys_set(&s->send.keys, s->send.bytes, 0, n);
	}
}

/*
 * As with a terminal: not before a new shell is there, and not into tmux's control mode; and behind what people
 * type.
 */
static bool
may_type(const struct keeper *k)
{
	return k->state == KEEPER_RUNNING && k->quiet_until == CLOCK_NEVER && !controlmode_waits(k) &&
	       !input_of_attached_waits(k);
}

/* A negative errno where the shell has ended. */
static int
type(struct keeper *k, struct script_send *s)
{
	while (s->at < s->len) {
		ssize_t n = keys_write(&s->keys, k->master, s->bytes, s->at, s->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n <= 0)
			return 0;
		s->at += (size_t)n;
		k->typed = true;
		k->fed++;
		k->fed_ms = clock_now_ms();
		k->activity_ms = clock_date_ms();
	}
	return 0;
}

static void
forget(struct script_send *s)
{
	keys_close(&s->keys);
	s->len = s->at = 0;
}

void
script_send_leave(struct peer *peer)
{
	if (peer->script->send.len)
		forget(&peer->script->send);
}

void
script_send_turn(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct script_send *s = &peer->script->send;
	unsigned char out[16];
	bool ended = k->state != KEEPER_RUNNING && k->state != KEEPER_NEW;

	if (!s->len)
		return;
	if (!ended && may_type(k))
		ended = type(k, s) < 0;
	if (ended && !s->at) {
		forget(s);
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_ENDED, "its shell is not running");
	} else if (ended || s->at == s->len || clock_now_ms() >= s->by) {
		peer_send(peer, out, attach_encode_sent((uint32_t)s->at, out, sizeof out));
		forget(s);
	} else {
		k->sends |= may_type(k);
	}
}
