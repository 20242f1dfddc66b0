/* SPDX-License-Identifier: MIT */
/* store_write: writes our keys: the node, its sessions, and the proofs. */
#include "store_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "log.h"

#define EXTRA 2 /* the node's key and the proof's */
#define BATCH_FIRST 2
#define BATCH_MAX (STORE_WRITE_MAX - EXTRA)
#define QUICK_MS 3000 /* what comes back within that shows that the store can take more, */
#define SLOW_MS 10000 /* and what takes longer, that it can't */

/* When the node's key is to be written. */
static uint64_t
node_due(const struct store *s)
{
	if (s->write.node)
		return 0;
	/* The others see that we are there; a changed number of sessions is no reason to write much more often. */
	return s->write.node_ms +
	       (own_count(s->o.own) == s->write.sessions ? s->o.times.node : s->o.times.count);
}

/* A proof without a watch proves nothing. */
static uint64_t
proof_due(const struct store *s)
{
	if (s->mirror.phase != MIRROR_WATCH)
		return CLOCK_NEVER;
	/* The one that is under way is waited for (echo_due): a watch that is behind would never bring the newest one. */
	if (s->write.written_ms && !s->write.proof_back)
		return CLOCK_NEVER;
	return s->write.proof ? 0 : s->write.proof_ms + s->o.times.proof;
}

/*
 * Every node of the pool gets what is written, and this one too: so what was written last comes back by our own watch
 * when the store has had the time to tell it.  Until then no more is written, and the less the longer that takes.  Else
 * many nodes that begin together, or after the store was away, give it so much to tell that it renews no leases in time.
 */
static bool
is_behind(const struct store *s, uint64_t now)
{
	return s->calls[STORE_MIRROR].http && s->write.echo_ms &&
	       now < s->write.echo_ms + s->o.times.lease_s * UINT64_C(1000);
}

void
store_echo(struct store *s, uint64_t now)
{
	uint64_t took = now - s->write.echo_ms;
	unsigned batch = s->write.batch;

	if (!s->write.echo_ms || s->calls[STORE_WRITE].http || s->mirror.revision < s->write.revision)
		return;
	s->write.echo_ms = 0;
	if (took <= QUICK_MS)
		batch = batch * 2 < BATCH_MAX ? batch * 2 : BATCH_MAX;
	else if (took > SLOW_MS)
		batch = batch > 1 ? batch / 2 : 1;
	s->write.batch = batch;
}

static uint64_t
write_due(const struct store *s, uint64_t now)
{
	uint64_t at = CLOCK_NEVER;

	if (!s->lease.id || !store_may_ask(s))
		return CLOCK_NEVER;
	clock_sooner(&at, proof_due(s));
	if (is_behind(s, now))
		return at;
	clock_sooner(&at, node_due(s));
	if (s->write.since_ms)
		clock_sooner(&at, s->write.since_ms + STORE_GATHER_MS);
	return at;
}

void
store_drained(struct store *s, bool drained)
{
	s->write.node |= drained != s->write.drained;
	s->write.drained = drained;
}

void
store_prove(struct store *s)
{
	s->write.proof = true;
	s->write.written_ms = 0;
}

static void
take_node(struct store *s, uint64_t now, struct etcd_op *op)
{
	struct value_node n = { .member = s->o.self, .instance = s->o.instance };

	n.member.drained = s->write.drained;
	n.member.sessions = own_count(s->o.own);
	free(s->write.node_value);
	s->write.node_value = value_of_node(&n);
	if (!s->write.node_value)
		return;
	s->write.sessions = n.member.sessions;
	s->write.node = false;
	s->write.node_ms = now;
	s->write.taken_node = true;
	*op = (struct etcd_op){ s->write.node_key, s->write.node_value };
}

static void
take_proof(struct store *s, uint64_t now, struct etcd_op *op)
{
	s->write.proof_number++;
	snprintf(s->write.proof_value, sizeof s->write.proof_value, "%016" PRIx64 " %" PRIu64, s->o.instance,
	         s->write.proof_number);
	s->write.proof = false;
	s->write.proof_ms = now;
	s->write.written_ms = 0;
	s->write.proof_back = false;
	s->write.taken_proof = true;
	*op = (struct etcd_op){ s->write.proof_key, s->write.proof_value };
}

static char *
write_begin(struct store *s, uint64_t now, const char **path)
{
	struct etcd_op ops[STORE_WRITE_MAX];
	bool behind = is_behind(s, now);
	size_t count = 0;
	char *body;

	*path = "/v3/kv/txn";
	s->write.taken_node = s->write.taken_proof = false;
	if (!s->write.batch)
		s->write.batch = BATCH_FIRST;
	if (!behind && node_due(s) <= now) {
		take_node(s, now, &ops[count]);
		count += s->write.taken_node;
	}
	if (proof_due(s) <= now)
		take_proof(s, now, &ops[count++]);
	if (!behind) {
		count += own_take(s->o.own, ops + count, s->write.batch);
		s->write.since_ms = 0;
		s->write.echo_ms = now;
	}
	body = etcd_write(ops, count, s->lease.id);
	if (!body)
		own_not_written(s->o.own);
	return body;
}

static void
write_end(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now)
{
	if (outcome == ETCD_OK) {
		s->write.revision = etcd_revision(answer) ? etcd_revision(answer) : 1;
		own_written(s->o.own, s->write.revision);
		s->read.asked_ms = now; /* this was answered by a quorum, too */
		if (s->write.taken_proof)
			s->write.written_ms = now;
		store_echo(s, now);
		return;
	}
	own_not_written(s->o.own);
	s->write.echo_ms = 0;
	s->write.node |= s->write.taken_node;
	s->write.proof |= s->write.taken_proof;
	s->write.taken_node = s->write.taken_proof = false;
}

void
store_proof_back(struct store *s, const char *value, size_t len, uint64_t revision)
{
	if (s->write.proof_back || strlen(s->write.proof_value) != len || memcmp(value, s->write.proof_value, len) != 0)
		return;
	s->write.proof_back = true;
	s->mirror.proven_ms = s->write.proof_ms;
	s->mirror.safe_revision = s->mirror.next_safe;
	s->mirror.next_safe = revision;
	s->calls[STORE_MIRROR].failures = 0;
	s->mirror.unproven = 0;
	if (s->troubled)
		log_line(LOG_NOTICE, "%s answers", endpoints_url(&s->o.endpoints));
	s->troubled = false;
	if (!s->wrong)
		*s->text = '\0';
}

const struct store_task store_write = { "writing", write_due, write_begin, NULL, NULL, write_end };
