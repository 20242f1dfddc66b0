/* SPDX-License-Identifier: MIT */
#include "lsjson.h"

#include <stdio.h>

#include "clock.h"
#include "json.h"
#include "lsdetails.h"
#include "programs.h"
#include "remote.h"
#include "usage.h"

static void
json_usage(struct json *j, const struct usage_table *t, const struct attach_status *s)
{
	struct usage u;

	usage_of(t, (pid_t)s->keeper_pid, (pid_t)s->shell_pid, &u);
	if (!u.known)
		return;
	json_number(j, "cpu_ms", u.cpu_ms);
	json_number(j, "memory_bytes", u.memory_bytes);
	json_number(j, "processes", u.processes);
	json_string(j, "cgroup", u.cgroup);
}

/* "old" is left out where that is unknown. */
static void
json_age(struct json *j, const char *key, enum programs_age age)
{
	if (age != PROGRAMS_UNKNOWN)
		json_bool(j, key, age == PROGRAMS_OLD);
}

static void
json_leader(struct json *j, const struct sessionlist_session *a, uint64_t deadline)
{
	struct programs p;

	programs_until(a->uid, &a->status, deadline, &p);
	json_string(j, "leader_version", p.leader_is.version);
	json_string(j, "leader_build", p.leader_is.build);
	json_age(j, "leader_old", p.leader);
}

static const char *
rule_word(uint32_t rule)
{
	static const char *const words[] = {
		[ATTACH_RULE_DETACHED] = "DetachedTimeout", [ATTACH_RULE_RELEASED] = "released",
		[ATTACH_RULE_IDLE_DETACH] = "IdleDetach", [ATTACH_RULE_LOGIND] = "StopIdleSessionSec",
	};

	return rule < sizeof words / sizeof *words && words[rule] ? words[rule] : "unknown";
}

static void
json_expiry(struct json *j, uint64_t at_ms, const char *why, const char *what)
{
	if (!at_ms)
		return;
	json_open(j, NULL, '{');
	json_number(j, "at_ms", at_ms);
	json_string(j, "why", why);
	json_string(j, "what", what);
	json_close(j, '}');
}

/* What follows if nobody comes, or types. */
static void
json_expires(struct json *j, const struct attach_status *s)
{
	json_open(j, "expires", '[');
	json_expiry(j, s->idle_ends_ms, "IdleShellTimeout", "end-if-idle");
	json_expiry(j, s->ends_ms, rule_word(s->ends_why), "end");
	json_expiry(j, s->put_out_ms, rule_word(s->put_out_why), "detach");
	json_close(j, ']');
}

void
lsjson_attached(struct json *j, const struct lsdetails_one *one)
{
	const struct attach_one *is = &one->is;

	json_string(j, "address", is->address);
	if (one->kind) {
		json_string(j, "who", one->who);
		json_string(j, "came_by", one->kind);
	}
	if (is->since_ms)
		json_number(j, "since_ms", is->since_ms);
	if (is->typed_ms)
		json_number(j, "typed_ms", is->typed_ms);
	if (is->rows) {
		json_number(j, "rows", is->rows);
		json_number(j, "cols", is->cols);
	}
	json_bool(j, "read_only", is->flags & ATTACH_ONE_READONLY);
	json_bool(j, "client", is->flags & ATTACH_ONE_FRAMED);
	json_bool(j, "fits", is->flags & ATTACH_ONE_FITS);
	json_bool(j, "stalled", is->flags & ATTACH_ONE_ASIDE);
}

/* Left out where nobody has said, and so is "stale". */
static void
json_details(struct json *j, const struct lsdetails *d, bool more)
{
	if (d->known || d->count) {
		json_open(j, "attached", '[');
		for (size_t i = 0; i < d->count; i++) {
			json_open(j, NULL, '{');
			lsjson_attached(j, &d->v[i]);
			json_close(j, '}');
		}
		json_close(j, ']');
	}
	if (d->verdict == ATTACH_VERDICT_ALIVE || d->verdict == ATTACH_VERDICT_DEAD)
		json_bool(j, "stale", d->verdict == ATTACH_VERDICT_DEAD);
	if (more)
		json_string(j, "login_session", d->login);
}

static void
json_session(struct json *j, const struct sessionlist_session *a)
{
	const struct attach_status *s = &a->status;
	char user[USER_CAP];

	sessionlist_user_of(a, user);
	json_string(j, "user", user);
	json_number(j, "uid", a->uid);
	json_number(j, "id", s->id);
	json_string(j, "name", s->name);
	json_string(j, "kind", s->kind == ATTACH_KIND_COMMAND ? "command" : "terminal");
	json_string(j, "state", attach_state_word(s->state));
	json_number(j, "attachments", s->attachments);
	json_number(j, "keeper_pid", s->keeper_pid);
	json_number(j, "shell_pid", s->shell_pid);
	json_number(j, "rows", s->rows);
	json_number(j, "cols", s->cols);
	json_string(j, "program", s->program);
	json_string(j, "address", s->address);
	json_number(j, "created_ms", s->created_ms);
	json_number(j, "changed_ms", s->changed_ms);
	json_number(j, "activity_ms", s->activity_ms);
	json_number(j, "offset", s->offset);
	json_number(j, "away_bytes", s->away_bytes);
	json_bool(j, "vouched", s->vouched != 0);
	json_bool(j, "own", sessionlist_is_own(a));
	json_string(j, "term", s->term);
	json_string(j, "version", s->version);
	json_string(j, "build", s->build);
	json_age(j, "old", programs_keeper(s));
	json_expires(j, s);
}

/* As its node has told the pool. */
static void
json_far(struct json *j, const struct pool_entry *e)
{
	json_open(j, NULL, '{');
	json_string(j, "node", e->node);
	json_string(j, "address", e->address);
	json_string(j, "user", e->user);
	json_number(j, "id", e->id);
	json_string(j, "name", e->name);
	json_string(j, "kind", e->kind == ATTACH_KIND_COMMAND ? "command" : "terminal");
	json_string(j, "state", attach_state_word(e->state));
	json_number(j, "rows", e->rows);
	json_number(j, "cols", e->cols);
	json_string(j, "term", e->term);
	json_string(j, "program", e->program);
	json_number(j, "created_ms", e->created_ms);
	json_number(j, "changed_ms", e->changed_ms);
	json_number(j, "activity_ms", e->activity_ms);
	json_string(j, "unique", e->unique);
	json_close(j, '}');
}

static void
json_elsewhere(struct json *j, const struct elsewhere *e)
{
	json_string(j, "node", e->answer.health.node);
	json_open(j, "elsewhere", '[');
	for (size_t i = 0; i < e->count; i++)
		json_far(j, remote_of(&e->answer, &e->v[i].status));
	json_close(j, ']');
	json_bool(j, "elsewhere_current", e->answer.health.store == POOL_STORE_OK && !e->answer.health.more);
}

void
lsjson_print(const struct sessionlist *a, const struct lsprint *how)
{
	struct lsdetails *d = lsdetails_take(a, how->more);
	struct usage_table *t = how->more ? usage_take() : NULL;
	uint64_t deadline = clock_now_ms() + PROGRAMS_MS;
	struct json j;

	json_begin(&j, stdout);
	json_open(&j, "sessions", '[');
	for (size_t i = 0; i < a->count; i++) {
		json_open(&j, NULL, '{');
		json_session(&j, &a->v[i]);
		if (d)
			json_details(&j, &d[i], how->more);
		if (how->more) {
			json_usage(&j, t, &a->v[i].status);
			json_leader(&j, &a->v[i], deadline);
		}
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_number(&j, "silent", a->silent);
	if (how->elsewhere && how->elsewhere->asked)
		json_elsewhere(&j, how->elsewhere);
	if (how->user)
		json_number(&j, "hidden", a->hidden);
	json_end(&j);
	lsdetails_free(d, a->count);
	usage_free(t);
}
