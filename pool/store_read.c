/* SPDX-License-Identifier: MIT */
/*
 * store_read: a small question that only a member with a quorum answers (a linearizable read), so that a member that is
 * frozen or cut off is noticed when nothing else is asked.
 */
#include "store_state.h"

#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "log.h"

static uint64_t
read_due(const struct store *s, uint64_t now)
{
	/* What the watch brings answers the question as well. */
	uint64_t last = s->read.asked_ms > s->mirror.heard_ms ? s->read.asked_ms : s->mirror.heard_ms;

	(void)now;
	return store_may_ask(s) && s->mirror.phase == MIRROR_WATCH ? last + s->o.times.read : CLOCK_NEVER;
}

static char *
read_begin(struct store *s, uint64_t now, const char **path)
{
	s->read.asked_ms = now;
	s->read.revision = s->mirror.revision;
	*path = "/v3/kv/range";
	return etcd_range(s->write.node_key, strlen(s->write.node_key), NULL, 0, 0);
}

static void
read_end(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now)
{
	(void)now;
	/* A store that has been set back, from a copy or to nothing, counts its revisions anew. */
	if (outcome == ETCD_OK && etcd_revision(answer) < s->read.revision) {
		log_line(LOG_WARNING, "%s: the store has gone back from revision %llu to %llu: all is read anew",
		         endpoints_url(&s->o.endpoints), (unsigned long long)s->read.revision,
		         (unsigned long long)etcd_revision(answer));
		store_lost_all(s, now);
		store_read_again(s);
		directory_clear(s->o.directory);
	}
}

const struct store_task store_read = { "reading", read_due, read_begin, NULL, NULL, read_end };
