/* SPDX-License-Identifier: MIT */
#include "idle.h"

#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "age.h"
#include "attachments.h"
#include "awaited.h"
#include "clock.h"
#include "fd.h"
#include "peers.h"

#define MARGIN_S 30              /* so long before logind looks a terminal is put out … */
#define LAG_MS 10000             /* … and so much older than the last input the atime may be */
#define AHEAD_S (365 * 24 * 3600) /* a year: far enough, and no 32-bit time of any program's overflows before 2037 */
#define LOOKS 3                  /* within logind's time, where reads go unnoticed */
#define GRACE_MS 2000            /* one that comes back by itself may bring what was typed meanwhile */

void
idle_open(struct keeper *k)
{
	k->idle = (struct idle){ .detach_s = CONFIG_NONE, .logind_s = CONFIG_NONE, .reads = -1, .look_at = CLOCK_NEVER };
}

void
idle_close(struct keeper *k)
{
	fd_close(&k->idle.reads);
}

void
idle_rule(struct keeper *k, const struct leadermsg_idle *m)
{
	k->idle.detach_s = m->detach_s;
	k->idle.logind_s = m->logind_s;
}

static uint64_t
margin_ms(const struct idle *i)
{
	return i->logind_s < 2 * MARGIN_S ? i->logind_s * UINT64_C(500) : MARGIN_S * UINT64_C(1000);
}

/* After so long without input a terminal is put out, in milliseconds; CLOCK_NEVER. */
static uint64_t
limit_ms(const struct idle *i)
{
	uint64_t own = i->detach_s == CONFIG_NONE ? CLOCK_NEVER : i->detach_s * UINT64_C(1000);
	uint64_t logind = i->logind_s == CONFIG_NONE ? CLOCK_NEVER : i->logind_s * UINT64_C(1000) - margin_ms(i);

	return own < logind ? own : logind;
}

static bool
applies(const struct keeper *k)
{
	return k->state == KEEPER_RUNNING && k->source->has_terminal && k->slave >= 0;
}

/* Terminals. */

/* When somebody typed at PEER, which comes back without a person who has just logged in: as long ago as anybody did. */
static uint64_t
typed_before(const struct keeper *k, uint64_t now)
{
	uint64_t date = clock_date_ms(), ago = k->heard_ms && date > k->heard_ms ? date - k->heard_ms : 0;
	uint64_t limit = limit_ms(&k->idle), most = limit > GRACE_MS ? limit - GRACE_MS : 0;

	if (ago > most)
		ago = most;
	return now > ago ? now - ago : 0;
}

/* Notes whether there was input since the last turn: peer->active counts it. */
static void
note_typed(const struct keeper *k, struct peer *peer, uint64_t now)
{
	bool back = peer->claim.mode == ATTACH_MODE_STREAM || peer->claim.mode == ATTACH_MODE_AGAIN;

	if (!peer->typed_at)
		peer->typed_at = back ? typed_before(k, now) : now;
	else if (peer->active != peer->typed_count)
		peer->typed_at = now;
	peer->typed_count = peer->active;
}

static void
put_out(const struct keeper *k, struct peer *peer)
{
	uint64_t s = limit_ms(&k->idle) / 1000;
	char after[AGE_CAP];
	size_t n;

	age_format(after, s);
	/* "15m 0s" is 15m. */
	n = strlen(after);
	if (n > 3 && after[n - 3] == ' ' && after[n - 2] == '0')
		after[n - 3] = '\0';
	attachments_detach(peer, ATTACH_WHY_IDLE, after);
}

void
idle_turn(struct keeper *k)
{
	uint64_t limit = limit_ms(&k->idle), now = clock_now_ms();
	struct peer *peer;

	if (!applies(k))
		return;
	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		note_typed(k, peer, now);
		if (limit != CLOCK_NEVER && now - peer->typed_at >= limit)
			put_out(k, peer);
	}
}

static uint64_t
terminals_due(const struct keeper *k)
{
	uint64_t limit = limit_ms(&k->idle), due = CLOCK_NEVER;
	struct peer *peer;

	if (limit == CLOCK_NEVER)
		return CLOCK_NEVER;
	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->typed_at)
			clock_sooner(&due, peer->typed_at + limit);
	return due;
}

void
idle_tell(const struct keeper *k, struct attach_status *s)
{
	const struct idle *i = &k->idle;
	bool own = i->detach_s != CONFIG_NONE && limit_ms(i) == i->detach_s * UINT64_C(1000);

	if (!applies(k))
		return;
	s->put_out_ms = clock_date_of(terminals_due(k));
	s->put_out_why = !s->put_out_ms ? ATTACH_RULE_NONE : own ? ATTACH_RULE_IDLE_DETACH : ATTACH_RULE_LOGIND;
}

/* The terminal's atime. */

static void
set_atime(const struct keeper *k, time_t ahead)
{
	struct timespec t[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } };

	if (ahead && clock_gettime(CLOCK_REALTIME, &t[0]) == 0)
		t[0].tv_sec += ahead;
	futimens(k->slave, t);
}

static void
on_reads(void *object, short revents)
{
	struct keeper *k = object;
	char events[1024];

	(void)revents;
	while (fd_read(k->idle.reads, events, sizeof events) > 0)
		;
	set_atime(k, AHEAD_S);
}

static void
watch_reads(struct keeper *k)
{
	k->idle.reads = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (k->idle.reads >= 0 && inotify_add_watch(k->idle.reads, k->init.tty, IN_ACCESS) < 0)
		fd_close(&k->idle.reads);
}

static void
look_again(struct keeper *k, uint64_t now)
{
	k->idle.look_at = now + k->idle.logind_s * UINT64_C(1000) / LOOKS;
}

/* The session is dropped: nobody can type. */
static void
keep_ahead(struct keeper *k, uint64_t now)
{
	struct idle *i = &k->idle;

	if (i->atime != IDLE_AHEAD) {
		i->atime = IDLE_AHEAD;
		watch_reads(k);
		set_atime(k, AHEAD_S);
		i->look_at = CLOCK_NEVER;
		i->looked_ms = now;
		if (i->reads < 0)
			look_again(k, now);
	} else if (now >= i->look_at) {
		set_atime(k, AHEAD_S);
		i->look_at = CLOCK_NEVER;
		i->looked_ms = now;
		if (i->reads < 0)
			look_again(k, now);
	} else if (i->look_at == CLOCK_NEVER && k->fed_ms >= i->looked_ms) {
		look_again(k, now);
	}
}

/* Whether the keeper before this one has left it so. */
static bool
is_ahead(const struct keeper *k)
{
	struct stat st;

	return fstat(k->slave, &st) == 0 && st.st_atim.tv_sec > (time_t)(clock_date_ms() / 1000) + MARGIN_S;
}

static uint64_t
latest_input(const struct keeper *k)
{
	uint64_t latest = 0;
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->typed_at > latest)
			latest = peer->typed_at;
	return latest;
}

/* A terminal is attached: the atime is that of the latest person's input. */
static void
keep_persons(struct keeper *k, uint64_t now)
{
	struct idle *i = &k->idle;
	uint64_t lag = margin_ms(i) / 3 < LAG_MS ? margin_ms(i) / 3 : LAG_MS;

	if (i->atime != IDLE_PERSONS) {
		if (i->atime == IDLE_AHEAD || is_ahead(k))
			set_atime(k, 0);
		fd_close(&i->reads);
		i->look_at = CLOCK_NEVER;
		i->atime = IDLE_PERSONS;
		i->set_ms = now;
	} else if (i->logind_s != CONFIG_NONE && latest_input(k) > i->set_ms + lag) {
		/* A program that reads nothing leaves it as it is. */
		set_atime(k, 0);
		i->set_ms = now;
	}
}

void
idle_watch(struct keeper *k, struct loop *l)
{
	if (!applies(k))
		return;
	loop_add(l, k->idle.reads, POLLIN, on_reads, k);
	loop_until(l, k->idle.look_at);
	loop_until(l, terminals_due(k));
}

void
idle_finish_turn(struct keeper *k)
{
	uint64_t now = clock_now_ms();

	if (!applies(k))
		return;
	if (!awaited_held(k) && k->dropped_at && k->idle.logind_s != CONFIG_NONE)
		keep_ahead(k, now);
	else
		keep_persons(k, now);
}
