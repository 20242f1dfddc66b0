/* SPDX-License-Identifier: MIT */
#include "departures.h"

#include <stdlib.h>
#include <unistd.h>

#include "attachments.h"
#include "awaited.h"
#include "cause.h"
#include "clock.h"
#include "heap.h"
#include "notice.h"
#include "peers.h"
#include "report.h"
#include "script.h"

#define MANY 8 /* connections: their memory is worth a call while others are left */

/* The last attachment has gone. */
static void
drop(struct keeper *k)
{
	if (k->state != KEEPER_RUNNING)
		return;
	k->changed_ms = k->lost_ms = clock_date_ms();
	k->lost_heard_ms = k->heard_ms;
	k->lost_used_ms = k->activity_ms;
	k->dropped_at = clock_now_ms();
	k->drop_offset = k->ring.head;
	k->idle_after_ms = k->init.idle_shell_s * UINT64_C(1000);
	cause_words(k);
	k->source->all_left(k);
}

/* Fits the size to the attachments that are left, or drops the session. */
static void
after_one(struct keeper *k)
{
	if (awaited_held(k)) {
		attachments_fit_size(k);
		k->source->one_left(k);
	} else {
		drop(k);
	}
}

/* An attachment has gone: tells the leader. */
static void
note_left(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	if (awaited_held(k))
		notice_login(k);
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_GONE, .number = peer->serial, .kind = peer->put_out });
	after_one(k);
}

void
departures_detach_all(struct keeper *k, const struct peer *except, enum attach_reason why)
{
	bool only_awaited = awaited_count(k) && !peers_attached(k);

	awaited_put_out(k, why);
	attachments_detach_all(k, except, why);
	departures_sweep(k);
	if (only_awaited)
		after_one(k);
}

void
departures_awaited(struct keeper *k)
{
	bool were = awaited_count(k) > 0;

	if (awaited_turn(k) && were)
		after_one(k);
}

static void
let_go(struct peer *peer)
{
	struct peers *t = &peer->keeper->peers;

	close(peer->fd);
	peer->fd = -1;
	t->deaf = false;
	if (peer->was_attached) {
		attachments_release(peer);
		attachments_unanswered(peer);
	}
	if (t->before == peer)
		t->before = NULL;
	script_leave(peer);
	if (peer->ops)
		peer->ops->free(peer);
	terminal_close(&peer->t);
	if (peer->was_attached)
		note_left(peer);
}

void
departures_sweep(struct keeper *k)
{
	for (unsigned i = 0; k->peers.gone && i < k->peers.count; i++)
		if (k->peers.v[i]->phase == PEER_GONE && k->peers.v[i]->fd >= 0) {
			k->peers.gone--;
			let_go(k->peers.v[i]);
		}
}

static void
free_peer(struct peer *peer)
{
	envlist_free(&peer->claim.env);
	free(peer->claim.command);
	envlist_free(&peer->connection);
	free(peer->agent_path);
	free(peer);
}

/* After a flood of connections, and after the last one. */
static void
give_back_memory(struct peers *t)
{
	if (t->count ? t->most < MANY || t->count > t->most / MANY : !t->most)
		return;
	t->most = t->count;
	heap_trim();
}

void
departures_free(struct keeper *k)
{
	unsigned left = 0;

	if (k->peers.count > k->peers.most)
		k->peers.most = k->peers.count;
	for (unsigned i = 0; i < k->peers.count; i++)
		if (k->peers.v[i]->fd >= 0)
			k->peers.v[left++] = k->peers.v[i];
		else
			free_peer(k->peers.v[i]);
	k->peers.count = left;
	give_back_memory(&k->peers);
}
