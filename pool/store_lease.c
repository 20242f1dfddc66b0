/* SPDX-License-Identifier: MIT */
/* store_lease: the lease that all keys of this node are under. */
#include "store_state.h"

#include "clock.h"

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
	*path = s->lease.id ? "/v3/lease/keepalive" : "/v3/lease/grant";
	return s->lease.id ? etcd_keepalive(s->lease.id) : etcd_grant(s->o.times.lease_s);
}

static void
lease_end(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now)
{
	static const char *const id[] = { "ID", NULL }, *const left[] = { "result", "TTL", NULL };

	if (outcome != ETCD_OK)
		return;
	if (!s->lease.id) {
		s->lease.id = etcd_number(answer, id);
		s->lease.renewed_ms = s->lease.sent_ms;
		s->write.node = true;
		s->write.proof = true;
	} else if (etcd_number(answer, left)) {
		s->lease.renewed_ms = s->lease.sent_ms;
	} else {
		store_lost_all(s, now);
	}
}

const struct store_task store_lease = { "renewing the lease", lease_due, lease_begin, NULL, NULL, lease_end };
