/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "log.h"

#define CONNECT_MS 2000
#define AGAIN_MIN_MS 1000
#define AGAIN_MAX_MS 30000
#define PATIENCE_DOUBLED 2 /* times, while answers are late */
#define SLOWER 4           /* an answer may take so many times as long as the last ones, */
#define PATIENCE_MAX_MS 60000 /* up to that */
#define ECHOES 6           /* a proof may be late that long, while there is no other member */
#define UNPROVEN_DOUBLED 4 /* times, with each watch that is given up though it brings something */
#define SWEEP_USERS 1000   /* in one turn */
#define TWIN_MS 150000     /* a twin writes more often */

static const struct store_times usual = {
	.lease_s = 60, .renew = 20000, .proof = 20000, .echo = 5000, .read = 5000, .node = 60000, .count = 30000,
	.quick = 3000, .patient = 8000,
};

static const struct store_task *const tasks[STORE_TASKS] = {
	[STORE_AUTH] = &store_auth, [STORE_LEASE] = &store_lease, [STORE_WRITE] = &store_write,
	[STORE_MIRROR] = &store_mirror, [STORE_READ] = &store_read,
};

struct store *
store_new(const struct store_options *o)
{
	struct store *s = calloc(1, sizeof *s);
	struct key k = { .kind = KEY_NODE };

	if (!s)
		return NULL;
	s->o = *o;
	if (!o->times.lease_s)
		s->o.times = usual;
	endpoints_begin(&s->o.endpoints);
	for (int i = 0; i < STORE_TASKS; i++)
		s->calls[i] = (struct store_call){ .store = s, .task = tasks[i] };
	snprintf(k.node, sizeof k.node, "%s", o->self.node);
	key_put(o->pool, &k, s->write.node_key);
	k.kind = KEY_PROOF;
	key_put(o->pool, &k, s->write.proof_key);
	s->write.drained = o->self.drained;
	return s;
}

void
store_free(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < STORE_TASKS; i++)
		store_cancel(s, i);
	free(s->write.node_value);
	explicit_bzero(s->auth.token, sizeof s->auth.token);
	free(s);
}

/* When a task may be tried again after a failure. */
static void
put_off(struct store_call *c, uint64_t now)
{
	uint64_t ms = (uint64_t)AGAIN_MIN_MS << (c->failures < 5 ? c->failures : 5);

	if (ms > AGAIN_MAX_MS)
		ms = AGAIN_MAX_MS;
	c->failures++;
	/* Spread, so that many nodes do not come back in the same moment. */
	c->again_ms = now + ms / 2 + endpoints_random(&c->store->o.endpoints) % (ms / 2);
	c->away = false;
}

/* The store answers: what was put off because it did not need not wait. */
static void
answered(struct store *s, struct store_call *c, uint64_t now)
{
	uint64_t took = c->task->answer ? 0 : now - c->began_ms;

	s->took_ms -= s->took_ms / 8;
	s->took_ms = took > s->took_ms ? took : s->took_ms;
	endpoints_answered(&s->o.endpoints);
	c->failures = 0;
	for (int i = 0; i < STORE_TASKS; i++)
		if (s->calls[i].away) {
			s->calls[i].away = false;
			s->calls[i].again_ms = 0;
		}
	if (s->wrong == c->task)
		*s->text = '\0';
}

/* What an outcome means for all tasks; the task itself has seen it. */
static void
act_on(struct store *s, struct store_call *c, enum etcd_outcome outcome, uint64_t now)
{
	switch (outcome) {
	case ETCD_OK:
		break;
	case ETCD_AWAY:
		if (!store_leave(s, now, s->text)) {
			put_off(c, now);
			c->away = true;
		}
		break;
	case ETCD_AUTH:
		explicit_bzero(s->auth.token, sizeof s->auth.token);
		s->auth.unneeded = false;
		put_off(c, now);
		if (c->failures == 1)
			c->again_ms = now; /* a new token is all that is missing, as a rule */
		break;
	case ETCD_NO_LEASE:
		store_lost_all(s, now);
		break;
	default:
		put_off(c, now);
	}
}

static void
on_done(void *arg, long status, const char *error)
{
	struct store_call *c = arg;
	struct store *s = c->store;
	uint64_t now = clock_now_ms();
	json_t *answer = c->answer;
	char text[ETCD_TEXT_CAP];
	enum etcd_outcome outcome = etcd_outcome(status, c->given_up ? "" : error, answer, text);

	if (c->given_up) {
		outcome = c->given_up;
		snprintf(text, sizeof text, "the store has ended the watch");
	}
	c->http = NULL;
	c->answer = NULL;
	pieces_free(&c->pieces);
	if (outcome == ETCD_OK) {
		answered(s, c, now);
	} else if (outcome != ETCD_COMPACTED) {
		store_trouble(s, c->task, text);
	}
	c->task->end(s, outcome, answer, now);
	act_on(s, c, outcome, now);
	json_decref(answer);
}

static int
on_data(void *arg, const char *bytes, size_t len)
{
	struct store_call *c = arg;
	int rc = pieces_feed(&c->pieces, bytes, len);

	if (c->task == &store_mirror)
		c->store->mirror.heard_ms = clock_now_ms();
	if (c->store->o.between)
		c->store->o.between(c->store->o.between_arg);
	return rc ? rc : c->given_up != ETCD_OK;
}

static void
on_element(void *arg, const char *text, size_t len)
{
	struct store_call *c = arg;

	if (c->task->element)
		c->task->element(c->store, text, len);
}

static void
on_value(void *arg, const char *text, size_t len)
{
	struct store_call *c = arg;
	json_error_t error;

	json_decref(c->answer);
	c->answer = json_loadb(text, len, 0, &error);
	if (c->answer && c->task->answer && !c->given_up)
		c->given_up = c->task->answer(c->store, c->answer, clock_now_ms());
}

static uint64_t
lease_ends(const struct store *s)
{
	return s->lease.renewed_ms + store_lease_ms(s);
}

/*
 * How long an answer is waited for.  To ask anew adds to the load of a store that is slow, and loses the place in its
 * queue: while it is the only one, the lease is renewed by one request as long as there is a lease.
 */
static unsigned
patience(const struct store *s, const struct store_call *c, uint64_t now)
{
	uint64_t ms = s->o.times.patient << (c->failures < PATIENCE_DOUBLED ? c->failures : PATIENCE_DOUBLED);

	if (endpoints_in(&s->o.endpoints, now) > 1)
		return s->o.times.quick;
	if (ms < s->took_ms * SLOWER)
		ms = s->took_ms * SLOWER < PATIENCE_MAX_MS ? s->took_ms * SLOWER : PATIENCE_MAX_MS;
	if (c->task == &store_lease && s->lease.id && lease_ends(s) > now + ms)
		ms = lease_ends(s) - now;
	return (unsigned)ms;
}

static void
start(struct store *s, struct store_call *c, uint64_t now)
{
	const char *path = NULL;
	char url[ENDPOINTS_URL_CAP + 32], *body = c->task->begin(s, now, &path);
	struct http_request r = { .url = url, .token = s->auth.token, .body = body, .connect_timeout_ms = CONNECT_MS,
	                          .timeout_ms = patience(s, c, now), .data = on_data, .done = on_done, .arg = c };

	if (!body) {
		put_off(c, now);
		return;
	}
	if (c->task->answer && s->mirror.phase == MIRROR_WATCH)
		r.timeout_ms = 0;
	else if (c->task->answer && r.timeout_ms < s->o.times.patient)
		r.timeout_ms = s->o.times.patient;
	if (c->task == &store_auth)
		r.token = NULL;
	snprintf(url, sizeof url, "%s%s", endpoints_url(&s->o.endpoints), path);
	pieces_init(&c->pieces, on_element, on_value, c);
	c->given_up = ETCD_OK;
	c->began_ms = now;
	c->http = http_start(s->o.http, &r);
	explicit_bzero(body, strlen(body));
	free(body);
	if (!c->http) {
		put_off(c, now);
		c->task->end(s, ETCD_AWAY, NULL, now);
	}
}

/* When the task C wants to begin: CLOCK_NEVER while it is under way. */
static uint64_t
due(const struct store *s, const struct store_call *c, uint64_t now)
{
	uint64_t at = c->http ? CLOCK_NEVER : c->task->due(s, now);

	return at < c->again_ms ? c->again_ms : at;
}

/*
 * When a proof that was written must be back.  A watch that brings something is behind, and not dead: what would begin
 * where it is now would bring all of that once more.  It has more time, but not for ever: it may have lost the proof.
 */
static uint64_t
echo_due(const struct store *s, uint64_t now)
{
	uint64_t written = s->write.written_ms, heard = s->mirror.heard_ms, echo = s->o.times.echo, silent, last;
	unsigned doubled = s->mirror.unproven < UNPROVEN_DOUBLED ? s->mirror.unproven : UNPROVEN_DOUBLED;

	if (s->mirror.phase != MIRROR_WATCH || !written || s->write.proof_back)
		return CLOCK_NEVER;
	silent = (heard > written ? heard : written) + echo * (endpoints_in(&s->o.endpoints, now) > 1 ? 1 : ECHOES);
	last = written + (s->o.times.lease_s * UINT64_C(1000) << doubled);
	return silent < last ? silent : last;
}

/* Whether a task waits because the member that is used now does not answer. */
static bool
is_stuck(const struct store *s)
{
	for (int i = 0; i < STORE_TASKS; i++)
		if (s->calls[i].away)
			return true;
	return false;
}

static void
look_at_times(struct store *s, uint64_t now)
{
	char text[TEXT_CAP];

	if (own_waits(s->o.own) && !s->write.since_ms)
		s->write.since_ms = now;
	if (now >= lease_ends(s)) {
		store_cancel(s, STORE_LEASE);
		if (s->lease.id)
			store_longer_lease(s);
		store_lost_all(s, now);
	}
	if (now >= echo_due(s, now)) {
		snprintf(text, sizeof text, "what was written is not reported back within %u ms", s->o.times.echo);
		store_trouble(s, NULL, text);
		s->write.written_ms = 0;
		s->mirror.unproven++;
		if (!store_leave(s, now, s->text))
			store_cancel(s, STORE_MIRROR);
	}
	/* Another member can be tried again. */
	if (is_stuck(s) && endpoints_in(&s->o.endpoints, now) > 1)
		store_leave(s, now, s->text);
	if (s->mirror.phase == MIRROR_SWEEP && directory_sweep(s->o.directory, s->mirror.revision, SWEEP_USERS))
		s->mirror.phase = MIRROR_WATCH;
}

/* HEALTH's "since". */
static void
look_at_health(struct store *s, uint64_t now)
{
	bool ok = store_usable(s, now) && s->lease.id && !s->troubled;

	if (ok != s->was_ok || !s->since_ms)
		s->since_ms = clock_date_ms();
	s->was_ok = ok;
}

void
store_turn(struct store *s, uint64_t now)
{
	look_at_times(s, now);
	look_at_health(s, now);
	if (endpoints_due(&s->o.endpoints, now))
		return;
	for (int i = 0; i < STORE_TASKS; i++)
		if (due(s, &s->calls[i], now) <= now)
			start(s, &s->calls[i], now);
}

uint64_t
store_deadline(const struct store *s, uint64_t now)
{
	uint64_t first = CLOCK_NEVER, out = endpoints_due(&s->o.endpoints, now);

	for (int i = 0; i < STORE_TASKS; i++)
		clock_sooner(&first, due(s, &s->calls[i], now));
	if (first < out)
		first = out;
	clock_sooner(&first, echo_due(s, now));
	clock_sooner(&first, lease_ends(s));
	if (is_stuck(s))
		clock_sooner(&first, endpoints_next(&s->o.endpoints, now));
	if (s->mirror.phase == MIRROR_SWEEP)
		first = now;
	return first;
}

bool
store_usable(const struct store *s, uint64_t now)
{
	return s->mirror.proven_ms && now - s->mirror.proven_ms < s->o.times.lease_s * UINT64_C(1000);
}

void
store_health(const struct store *s, uint64_t now, struct pool_health *h)
{
	struct directory_counts counts;
	bool usable = store_usable(s, now);

	directory_count(s->o.directory, &counts);
	h->store = s->was_ok && usable ? POOL_STORE_OK : s->mirror.revision ? POOL_STORE_AWAY : POOL_STORE_NONE;
	h->since_ms = s->since_ms;
	h->revision = s->mirror.revision;
	h->entries = (uint32_t)counts.entries;
	h->skipped = (uint32_t)s->mirror.skipped;
	h->more = counts.over != 0;
	snprintf(h->text, sizeof h->text, "%s", s->text);
	if (!*h->text && s->mirror.twin_ms && now - s->mirror.twin_ms < TWIN_MS)
		snprintf(h->text, sizeof h->text, "another host is node %s of this pool, too: PoolNode must differ",
		         s->o.self.node);
}
