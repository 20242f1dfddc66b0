/* SPDX-License-Identifier: MIT */
#include "leader_pool.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "config_file.h"
#include "endstore.h"
#include "leader_end.h"
#include "leader_talk.h"
#include "paths.h"
#include "poolsocket.h"

#define FULL_MS 250 /* after the first attempt that finds the queue full, and twice as long after each next one … */
#define FULL_TWICE 7 /* … so many times: 32 seconds */

/* The value of a hexadecimal digit, which it is. */
static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The boot id as bytes; zeros where the kernel does not tell it. */
static void
read_boot(unsigned char boot[POOL_BOOT])
{
	char text[ENDRECORD_BOOT];

	memset(boot, 0, POOL_BOOT);
	endstore_boot(text);
	if (strspn(text, "0123456789abcdef") != 2 * POOL_BOOT)
		return;
	for (size_t i = 0; i < POOL_BOOT; i++)
		boot[i] = (unsigned char)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
}

/* Where this session is: 0, or -EINVAL for a host without a name. */
static int
read_place(struct leader_pool *pool, const struct config_pool *p)
{
	int rc = config_pool_node(p, pool->entry.node);

	return rc ? rc : config_pool_address(p, pool->entry.address);
}

void
leader_pool_init(struct leader *l, const struct config_pool *p)
{
	struct leader_pool *pool = &l->pool;

	pool->on = config_pool_on(p) && read_place(pool, p) == 0;
	pool->programs = p->show_program;
	pool->rate.burst = LEADER_POOL_BURST;
	pool->rate.every_ms = LEADER_POOL_EVERY_MS;
	if (pool->on)
		read_boot(pool->entry.boot);
}

/* 0 or a negative errno; a host without a holdfast-pool, or whose does not run, needs nothing. */
static int
send_gone(const struct pool_entry *e)
{
	unsigned char buf[POOL_MESSAGE_MAX];
	struct pool_gone m;
	int len;

	memset(&m, 0, sizeof m);
	memcpy(m.unique, e->unique, sizeof m.unique);
	memcpy(m.user, e->user, sizeof m.user);
	len = pool_encode_gone(&m, buf, sizeof buf);
	return len < 0 ? len : poolsocket_tell(buf, (size_t)len);
}

static int
send_entry(const struct pool_entry *e)
{
	unsigned char buf[POOL_MESSAGE_MAX];
	int len;

	if (!pool_entry_ok(e))
		return -EINVAL;
	len = pool_encode_entry(POOL_TELL, e, buf, sizeof buf);
	return len < 0 ? len : poolsocket_tell(buf, (size_t)len);
}

/* Sends what is known, or puts it off; what changes meanwhile goes with it. */
static void
tell(struct leader_pool *pool)
{
	uint64_t now = clock_now_ms();
	int rc;

	if (!pool->on || !pool->known) {
		pool->due_ms = 0;
		return;
	}
	/* The end is told once, and at once. */
	if (!pool->gone && pool->due_ms > now)
		return;
	if (!pool->gone && !ratelimit_take(&pool->rate, now)) {
		pool->due_ms = now + LEADER_POOL_EVERY_MS;
		return;
	}
	rc = pool->gone ? send_gone(&pool->entry) : send_entry(&pool->entry);
	pool->due_ms = rc == -EAGAIN ? now + ((uint64_t)FULL_MS << pool->full) : 0;
	pool->full = rc != -EAGAIN ? 0 : pool->full < FULL_TWICE ? pool->full + 1 : FULL_TWICE;
}

void
leader_pool_ask(struct leader *l)
{
	const struct leadermsg_tell m = { .programs = l->pool.programs };
	unsigned char buf[16];

	if (l->pool.on && l->keeper >= 0 && !l->pending_len)
		leader_send(l, buf, leadermsg_encode_tell(&m, buf, sizeof buf));
}

/* What root knows of the session. */
static void
put_own(const struct leader *l, struct pool_entry *e)
{
	memcpy(e->unique, l->end.record.unique, sizeof e->unique);
	memcpy(e->user, l->audit.user, sizeof e->user);
	e->id = l->dir.id ? l->dir.id : l->audit.session;
	e->identity = l->login->identity;
}

/* The bytes of a program's name are whatever the program has made them, and the directory takes text. */
static void
put_program(struct pool_entry *e, const char *program)
{
	memset(e->program, 0, sizeof e->program);
	for (size_t i = 0; program[i] && i + 1 < sizeof e->program; i++)
		e->program[i] = (char)(program[i] >= ' ' && program[i] <= '~' ? program[i] : '?');
}

void
leader_pool_facts(struct leader *l, const struct leadermsg_facts *m)
{
	struct pool_entry *e = &l->pool.entry;

	if (!l->pool.on)
		return;
	put_own(l, e);
	if (m->apart)
		memset(&e->identity, 0, sizeof e->identity);
	memcpy(e->name, m->name, sizeof e->name);
	e->state = m->state;
	e->kind = m->kind;
	e->created_ms = m->created_ms;
	e->changed_ms = m->changed_ms;
	e->activity_ms = m->activity_ms;
	e->lost_ms = m->lost_ms;
	e->lost_heard_ms = m->lost_heard_ms;
	e->lost_used_ms = m->lost_used_ms;
	e->rows = m->rows;
	e->cols = m->cols;
	memcpy(e->term, m->term, sizeof e->term);
	put_program(e, l->pool.programs ? m->program : "");
	l->pool.known = true;
	tell(&l->pool);
}

void
leader_pool_again(struct leader *l)
{
	bool was_on = l->pool.on;
	struct config_policy p;
	struct config_error e;

	/* Without the names of the user's groups, for the name service can hang; the lines about a pool need none. */
	if (l->pool.gone || config_load(PATH_CONFIG, NULL, &p, &e))
		return;
	leader_pool_init(l, &p.pool);
	if (l->pool.on && (!was_on || !l->pool.known)) {
		leader_end_keep(l);
		leader_pool_ask(l);
	}
	tell(&l->pool);
}

void
leader_pool_gone(struct leader *l)
{
	if (l->pool.gone)
		return;
	l->pool.gone = true;
	tell(&l->pool);
}

void
leader_pool_turn(struct leader *l)
{
	if (l->pool.due_ms && clock_now_ms() >= l->pool.due_ms)
		tell(&l->pool);
}

uint64_t
leader_pool_due(const struct leader *l)
{
	return l->pool.due_ms;
}
