/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach_who.h"
#include "awaited.h"
#include "buildid.h"
#include "clock.h"
#include "expiry.h"
#include "idle.h"
#include "pages.h"
#include "peers.h"

enum attach_state
status_state(const struct keeper *k)
{
	if (k->state == KEEPER_NEW)
		return ATTACH_STATE_NEW;
	if (k->state != KEEPER_RUNNING)
		return ATTACH_STATE_ENDING;
	if (awaited_held(k))
		return ATTACH_STATE_ATTACHED;
	return k->peers.alone ? ATTACH_STATE_CLAIMING : ATTACH_STATE_DROPPED;
}

void
status_fill(const struct keeper *k, struct attach_status *s)
{
	memset(s, 0, sizeof *s);
	s->id = k->dir.id;
	s->state = status_state(k);
	s->attachments = awaited_held(k);
	s->vouched = k->leader >= 0;
	s->rows = k->size.ws_row;
	s->cols = k->size.ws_col;
	s->keeper_pid = (uint32_t)getpid();
	s->shell_pid = (uint32_t)k->shell.pid;
	s->created_ms = k->created_ms;
	s->changed_ms = k->changed_ms;
	s->activity_ms = k->activity_ms;
	s->offset = k->ring.head;
	if (s->state == ATTACH_STATE_DROPPED || s->state == ATTACH_STATE_CLAIMING)
		s->away_bytes = k->ring.head - k->drop_offset;
	s->identity = k->init.identity;
	memcpy(s->name, k->name, sizeof s->name);
	memcpy(s->address, k->address, sizeof s->address);
	memcpy(s->term, k->term, sizeof s->term);
	s->lost_ms = k->lost_ms;
	s->lost_heard_ms = k->lost_heard_ms;
	s->lost_used_ms = k->lost_used_ms;
	s->kind = k->source->has_terminal ? ATTACH_KIND_TERMINAL : ATTACH_KIND_COMMAND;
	memcpy(s->user, k->init.user, sizeof s->user);
	s->home_born = k->home_born;
	snprintf(s->version, sizeof s->version, "%s", PACKAGE_VERSION);
	buildid_own(s->build);
	expiry_tell(k, s);
	idle_tell(k, s);
	k->source->program(k, s->program, sizeof s->program);
}

_Static_assert(ATTACH_WHO_MAX == PEERS_MAX, "all that are attached have their place");

static uint32_t
flags_of(const struct peer *peer)
{
	const struct winsize *own = &peer->t.size, *all = &peer->keeper->size;
	bool fits = own->ws_row && own->ws_row == all->ws_row && own->ws_col == all->ws_col;

	return (peer->t.readonly ? ATTACH_ONE_READONLY : 0) | (peer->framed ? ATTACH_ONE_FRAMED : 0) |
	       (peer->t.pipes ? ATTACH_ONE_PIPES : 0) | (fits ? ATTACH_ONE_FITS : 0) |
	       (peer->t.flow == TERMINAL_ASIDE ? ATTACH_ONE_ASIDE : 0);
}

int
status_put_who(const struct keeper *k, unsigned char *out, size_t cap)
{
	static struct attach_who PAGES_OWN who;
	struct peer *peer;
	int len;

	who.count = 0;
	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		struct attach_one *one = &who.v[who.count++];

		*one = (struct attach_one){ .serial = peer->serial, .flags = flags_of(peer), .rows = peer->t.size.ws_row,
			                    .cols = peer->t.size.ws_col, .since_ms = peer->since_ms };
		one->typed_ms = peer->typed_at ? clock_date_of(peer->typed_at) : 0;
		memcpy(one->address, peer->address, sizeof one->address);
	}
	len = attach_encode_who(&who, out, cap);
	pages_give_back(&who, sizeof who);
	return len;
}
