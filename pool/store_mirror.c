/* SPDX-License-Identifier: MIT */
/*
 * store_mirror: the directory follows the store: one reading, page by page and all of the same revision, then a watch.
 *
 * A stream has three watches, for nodes, sessions and our own proof; the order between them is not the store's.  So a
 * watch that takes over begins behind the last revision of which the proofs show that all before it has come, and what
 * comes twice changes nothing (directory.h).
 */
#include "store_state.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "log.h"

#define PAGE 1000 /* keys in an answer */
#define ENDED_MS 1000 /* a watch that the store has ended begins again after that */

static uint64_t
mirror_due(const struct store *s, uint64_t now)
{
	(void)now;
	return store_may_ask(s) && s->mirror.phase != MIRROR_SWEEP ? 0 : CLOCK_NEVER;
}

/* The next page of a reading, or its first. */
static char *
begin_page(struct store *s, uint64_t now)
{
	char prefix[KEY_CAP], end[KEY_CAP];

	key_prefix(s->o.pool, prefix);
	key_range_end(prefix, end);
	s->mirror.page = 0;
	if (s->mirror.more)
		return etcd_range(s->mirror.last_key, s->mirror.last_len, end, PAGE, s->mirror.revision);
	directory_begin(s->o.directory);
	s->mirror.started_ms = now;
	s->mirror.skipped = 0;
	s->mirror.last_len = 0;
	return etcd_range(prefix, strlen(prefix), end, PAGE, 0);
}

static char *
begin_watch(struct store *s)
{
	char from[2][KEY_CAP], end[2][KEY_CAP];
	const struct etcd_span spans[] = { { from[0], end[0] }, { from[1], end[1] }, { s->write.proof_key, NULL } };

	key_prefix_of(s->o.pool, KEY_NODE, from[0]);
	key_prefix_of(s->o.pool, KEY_SESSION, from[1]);
	key_range_end(from[0], end[0]);
	key_range_end(from[1], end[1]);
	store_prove(s);
	return etcd_watch(spans, sizeof spans / sizeof *spans, s->mirror.safe_revision + 1);
}

static char *
mirror_begin(struct store *s, uint64_t now, const char **path)
{
	bool watch = s->mirror.phase == MIRROR_WATCH;

	*path = watch ? "/v3/watch" : "/v3/kv/range";
	return watch ? begin_watch(s) : begin_page(s, now);
}

/* Another process that publishes as this node has another instance; what was there before us is our own, or was. */
static void
look_for_twin(struct store *s, const struct value_node *n, uint64_t now)
{
	if (strcmp(n->member.node, s->o.self.node) != 0 || n->instance == s->o.instance ||
	    s->mirror.phase != MIRROR_WATCH || !s->write.proof_back)
		return;
	if (!s->mirror.twin_ms)
		log_line(LOG_ERR, "%s (%s) is node %s of this pool, too: PoolNode must differ", n->member.address,
		         n->member.version, n->member.node);
	s->mirror.twin_ms = now;
}

static int
put_node(struct store *s, const struct key *k, const struct etcd_kv *kv)
{
	struct value_node n;
	int rc = value_get_node(kv->value, kv->value_len, k, &n);

	if (rc)
		return rc;
	look_for_twin(s, &n, clock_now_ms());
	return directory_put_node(s->o.directory, &n, kv->revision, clock_date_ms());
}

/*
 * Whether *E was a session of this node before it was rebooted.  Only what was there before this process is looked at:
 * another node with our name writes its own again, and the two would never come to an end.
 */
static bool
is_stray(const struct store *s, const struct pool_entry *e)
{
	static const unsigned char unknown[POOL_BOOT];
	const unsigned char *boot = s->o.self.boot;

	return !s->mirror.has_read && strcmp(e->node, s->o.self.node) == 0 && memcmp(boot, unknown, POOL_BOOT) != 0 &&
	       memcmp(e->boot, unknown, POOL_BOOT) != 0 && memcmp(e->boot, boot, POOL_BOOT) != 0;
}

static int
put_session(struct store *s, const struct key *k, const struct etcd_kv *kv)
{
	struct pool_entry e;
	int rc = value_get_entry(kv->value, kv->value_len, k, &e);

	if (!rc && is_stray(s, &e)) {
		own_stray(s->o.own, &e);
		return 0;
	}
	return rc ? rc : directory_put(s->o.directory, &e, kv->revision);
}

/* Keys of our own that others have changed are written again. */
static void
guard_own(struct store *s, const struct key *k, const struct etcd_kv *kv)
{
	if (strcmp(k->node, s->o.self.node) != 0 || s->mirror.phase != MIRROR_WATCH)
		return;
	if (k->kind == KEY_SESSION)
		own_seen(s->o.own, k->unique, kv->revision, kv->deleted ? NULL : kv->value, kv->value_len);
	else if (k->kind == KEY_NODE && kv->deleted && kv->revision > s->write.revision)
		s->write.node = true;
}

/* What a key of the pool says now: 0, or a negative errno: -EBADMSG: it is not valid. */
static int
take(struct store *s, const struct etcd_kv *kv)
{
	struct key k;
	int rc = key_get(s->o.pool, kv->key, kv->key_len, &k);

	if (rc)
		return rc;
	guard_own(s, &k, kv);
	if (kv->deleted) {
		directory_remove(s->o.directory, &k, kv->revision);
		return 0;
	}
	if (kv->too_long)
		rc = -EBADMSG;
	else if (k.kind == KEY_NODE)
		rc = put_node(s, &k, kv);
	else if (k.kind == KEY_SESSION)
		rc = put_session(s, &k, kv);
	else if (strcmp(k.node, s->o.self.node) == 0)
		store_proof_back(s, kv->value, kv->value_len, kv->revision);
	/* What is not valid any more says nothing. */
	if (rc == -EBADMSG)
		directory_remove(s->o.directory, &k, kv->revision);
	return rc;
}

static void
mirror_element(struct store *s, const char *text, size_t len)
{
	struct etcd_kv kv;
	int rc;

	kv.key_len = 0;
	rc = text ? etcd_kv(text, len, &kv) : -EBADMSG;
	if (!rc) {
		s->mirror.page++;
		/* The next page begins behind the last key of this one: that is the key and a NUL. */
		if (s->mirror.phase == MIRROR_READ && kv.key_len < sizeof s->mirror.last_key) {
			memcpy(s->mirror.last_key, kv.key, kv.key_len);
			s->mirror.last_key[kv.key_len] = '\0';
			s->mirror.last_len = kv.key_len + 1;
		}
		rc = take(s, &kv);
	}
	if (rc != -EBADMSG)
		return;
	if (!s->mirror.skipped)
		log_line(LOG_NOTICE, "below the pool's keys is one that is not valid; such keys are passed over: %.*s",
		         kv.key_len < 200 ? (int)kv.key_len : 200, kv.key);
	s->mirror.skipped++;
}

/* A page of a reading has come. */
static void
page_end(struct store *s, const json_t *answer)
{
	size_t before = s->mirror.last_len;

	if (!s->mirror.more)
		s->mirror.revision = etcd_revision(answer);
	s->mirror.more = json_is_true(json_object_get(answer, "more")) && s->mirror.page && before;
	if (s->mirror.more)
		return;
	s->mirror.phase = MIRROR_SWEEP;
	s->mirror.has_read = true;
	s->mirror.safe_revision = s->mirror.next_safe = s->mirror.revision;
	s->mirror.proven_ms = s->mirror.started_ms;
	store_echo(s, clock_now_ms());
}

/* One answer of the watch: its events have been taken. */
static enum etcd_outcome
watch_answer(struct store *s, const json_t *answer)
{
	static const char *const revision[] = { "result", "header", "revision", NULL };
	const json_t *result = json_object_get(answer, "result");
	char text[ETCD_TEXT_CAP];
	enum etcd_outcome outcome = etcd_outcome(200, "", answer, text);

	if (outcome)
		return outcome;
	if (json_is_true(json_object_get(result, "canceled"))) {
		const char *why = json_string_value(json_object_get(result, "cancel_reason"));

		if (json_object_get(result, "compact_revision"))
			return ETCD_COMPACTED;
		return why && strstr(why, "auth") ? ETCD_AUTH : ETCD_REFUSED;
	}
	if (s->mirror.page && etcd_number(answer, revision) > s->mirror.revision)
		s->mirror.revision = etcd_number(answer, revision);
	s->mirror.page = 0;
	store_echo(s, clock_now_ms());
	return ETCD_OK;
}

static enum etcd_outcome
mirror_answer(struct store *s, const json_t *answer, uint64_t now)
{
	(void)now;
	return s->mirror.phase == MIRROR_WATCH ? watch_answer(s, answer) : ETCD_OK;
}

static void
mirror_end(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now)
{
	bool watch = s->mirror.phase == MIRROR_WATCH;

	if (outcome == ETCD_COMPACTED) {
		/* Too old for the store: all is read anew; until then what is known is used, as long as it counts. */
		s->mirror.phase = MIRROR_READ;
		s->mirror.more = false;
	} else if (outcome == ETCD_OK && !watch) {
		page_end(s, answer);
	} else if (outcome == ETCD_OK) {
		/* A watch has no end of its own. */
		store_trouble(s, &store_mirror, "the store has ended the watch");
		if (!store_leave(s, now, s->text))
			s->calls[STORE_MIRROR].again_ms = now + ENDED_MS;
	}
}

const struct store_task store_mirror = {
	"following", mirror_due, mirror_begin, mirror_element, mirror_answer, mirror_end
};
