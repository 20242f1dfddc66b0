/* SPDX-License-Identifier: MIT */
/* What a keeper says of its session (STATUS of common/attach.h). */
#include "keeper.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attached.h"
#include "procstat.h"

static void
read_front(const struct keeper *k, char *name, size_t cap)
{
	pid_t front = tcgetpgrp(k->master);
	struct procstat ps;

	name[0] = '\0';
	if (k->command)
		snprintf(name, cap, "%s", k->command->name);
	else if ((front > 0 && procstat_read(front, &ps) == 0) || (k->shell && procstat_read(k->shell, &ps) == 0))
		snprintf(name, cap, "%.*s", (int)cap - 1, ps.comm);
}

static enum attach_state
public_state(const struct keeper *k)
{
	if (k->state == KEEPER_NEW)
		return ATTACH_NEW;
	if (k->state != KEEPER_RUNNING)
		return ATTACH_ENDING;
	if (attached_count(k))
		return ATTACH_ATTACHED;
	return k->clients.alone ? ATTACH_CLAIMING : ATTACH_DROPPED;
}

void
keeper_status(const struct keeper *k, struct attach_status *s)
{
	memset(s, 0, sizeof *s);
	s->id = k->place.id;
	s->state = public_state(k);
	s->attachments = attached_count(k);
	s->vouched = k->leader >= 0;
	s->rows = k->size.ws_row;
	s->cols = k->size.ws_col;
	s->keeper_pid = (uint32_t)getpid();
	s->shell_pid = (uint32_t)k->shell;
	s->created_ms = k->created_ms;
	s->changed_ms = k->changed_ms;
	s->activity_ms = k->activity_ms;
	s->offset = k->ring.head;
	s->away_bytes = s->state == ATTACH_DROPPED || s->state == ATTACH_CLAIMING ? k->ring.head - k->drop_offset : 0;
	s->identity = k->init.identity;
	memcpy(s->name, k->name, sizeof s->name);
	memcpy(s->address, k->address, sizeof s->address);
	memcpy(s->term, k->term, sizeof s->term);
	s->lost_ms = k->lost_ms;
	s->lost_heard_ms = k->lost_heard_ms;
	s->lost_used_ms = k->lost_used_ms;
	s->kind = k->command ? ATTACH_COMMAND : ATTACH_TERMINAL;
	memcpy(s->user, k->init.user, sizeof s->user);
	s->home_born = k->home_born;
	read_front(k, s->program, sizeof s->program);
}
