/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "awaited.h"
#include "buildid.h"
#include "peers.h"

static enum attach_state
public_state(const struct keeper *k)
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
	s->state = public_state(k);
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
	k->source->program(k, s->program, sizeof s->program);
}
