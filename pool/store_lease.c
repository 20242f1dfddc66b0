/* SPDX-License-Identifier: MIT */
/*
 * store_lease: the lease that all keys of this node are under.
 *
 * Where it ends because the store is slow, all keys are deleted there and written again, which makes a slow store
 * slower still.  So the next one is twice as long, up to eight times, as is one that a slow store is asked for.  When all
 * has gone well for a while, one of the usual length takes its place.
 */
#include "store_state.h"

#include "clock.h"

#define ANSWERS 20 /* of the store, as slow as the last ones: so long a lease must be */
#define CALM_MS (10 * UINT64_C(60000)) /* from that time to twice of it, so that not all nodes do it together */

static uint64_t
lease_due(const struct store *s, uint64_t now)
{
	(void)now;
	if (!store_may_ask(s))
		return CLOCK_NEVER;
	return s->lease.id ? s->lease.renewed_ms + s->o.times.renew : 0;
}

static char *
lease_begin(struct store *s, uint64_t now, const char **path)
{
	s->lease.sent_ms = now;
	if (!s->lease.id && store_lease_ms(s) < s->took_ms * ANSWERS)
		store_longer_lease(s);
	*path = s->lease.id ? "/v3/lease/keepalive" : "/v3/lease/grant";
	return s->lease.id ? etcd_keepalive(s->lease.id) : etcd_grant(store_lease_ms(s) / 1000);
}

static void
granted(struct store *s, uint64_t id, uint64_t now)
{
	s->lease.id = id;
	s->lease.renewed_ms = s->lease.sent_ms;
	s->lease.granted_ms = now;
	s->lease.calm_ms = CALM_MS + endpoints_random(&s->o.endpoints) % CALM_MS;
	s->write.node = true;
	s->write.proof = true;
}

static void
ended(struct store *s, uint64_t now)
{
	store_longer_lease(s);
	store_lost_all(s, now);
}

static void
renewed(struct store *s, uint64_t now)
{
	s->lease.renewed_ms = s->lease.sent_ms;
	if (!s->lease.longer || now < s->lease.granted_ms + s->lease.calm_ms)
		return;
	/* The old one ends by itself; nothing is under it by then. */
	s->lease.longer = 0;
	store_lost_all(s, now);
}

static void
lease_end(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now)
{
	static const char *const id[] = { "ID", NULL }, *const left[] = { "result", "TTL", NULL };

	if (outcome != ETCD_OK)
		return;
	if (!s->lease.id)
		granted(s, etcd_number(answer, id), now);
	else if (etcd_number(answer, left))
		renewed(s, now);
	else
		ended(s, now);
}

const struct store_task store_lease = { "renewing the lease", lease_due, lease_begin, NULL, NULL, lease_end };
