/* SPDX-License-Identifier: MIT */
#include "own.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "value.h"

struct own_entry {
	char unique[POOL_UNIQUE];
	struct own_entry *prev, *next;  /* of all */
	struct own_entry *waits_behind; /* in the queue, or among those that are being written */
	char *key;
	char *value;                    /* NULL: it has ended */
	char *writing;                  /* what is being written, if VALUE has changed since */
	uint64_t told_ms;
	uint64_t revision;              /* of the store, in which it was written last; 0: it was not */
	uint64_t contested;             /* the revision of another's value, seen while ours was being written; 0 */
	bool queued, taken;
};

struct own {
	char pool[POOL_CAP], node[NODE_CAP];
	void *by_unique; /* a tree of struct own_entry */
	struct own_entry *all, *first, **last, *taken;
	uint32_t count;  /* of those that have not ended */
	uint32_t strays; /* how many own_stray has taken */
};

struct own *
own_new(const char *pool, const char *node)
{
	struct own *o = calloc(1, sizeof *o);

	if (!o)
		return NULL;
	snprintf(o->pool, sizeof o->pool, "%s", pool);
	snprintf(o->node, sizeof o->node, "%s", node);
	o->last = &o->first;
	return o;
}

static int
compare(const void *a, const void *b)
{
	const struct own_entry *one = a, *other = b;

	return strcmp(one->unique, other->unique);
}

static void
drop(struct own *o, struct own_entry *e)
{
	if (e->prev)
		e->prev->next = e->next;
	else
		o->all = e->next;
	if (e->next)
		e->next->prev = e->prev;
	tdelete(e, &o->by_unique, compare);
	free(e->key);
	free(e->value);
	free(e->writing);
	free(e);
}

void
own_free(struct own *o)
{
	if (!o)
		return;
	while (o->all)
		drop(o, o->all);
	free(o);
}

static struct own_entry *
find(const struct own *o, const char *unique)
{
	struct own_entry like;
	void *found;

	snprintf(like.unique, sizeof like.unique, "%s", unique);
	found = tfind(&like, &o->by_unique, compare);
	return found ? *(struct own_entry **)found : NULL;
}

static void
enqueue(struct own *o, struct own_entry *e)
{
	if (e->queued)
		return;
	e->queued = true;
	if (e->taken)
		return; /* it is in the other list, and comes back from there */
	e->waits_behind = NULL;
	*o->last = e;
	o->last = &e->waits_behind;
}

/* E shall have VALUE, which is its own from now on. */
static void
set_value(struct own *o, struct own_entry *e, char *value)
{
	o->count += (value != NULL) - (e->value != NULL);
	if (e->taken && !e->writing)
		e->writing = e->value; /* the operation borrows it */
	else
		free(e->value);
	e->value = value;
	enqueue(o, e);
}

static struct own_entry *
add(struct own *o, const struct pool_entry *p)
{
	struct own_entry *e = calloc(1, sizeof *e);
	struct key k = { .kind = KEY_SESSION };
	char key[KEY_CAP];

	if (!e)
		return NULL;
	memcpy(k.node, p->node, sizeof k.node);
	memcpy(k.user, p->user, sizeof k.user);
	memcpy(k.unique, p->unique, sizeof k.unique);
	key_put(o->pool, &k, key);
	memcpy(e->unique, p->unique, sizeof e->unique);
	e->key = strdup(key);
	if (!e->key || !tsearch(e, &o->by_unique, compare)) {
		free(e->key);
		free(e);
		return NULL;
	}
	e->next = o->all;
	if (o->all)
		o->all->prev = e;
	o->all = e;
	return e;
}

int
own_tell(struct own *o, const struct pool_entry *p, uint64_t now)
{
	struct own_entry *e = find(o, p->unique);
	char *value;

	if (strcmp(p->node, o->node) != 0)
		return -EINVAL;
	if (!(e && e->value) && o->count >= OWN_MAX)
		return -EDQUOT;
	value = value_of_entry(p);
	if (!value)
		return -ENOMEM;
	if (!e)
		e = add(o, p);
	if (!e) {
		free(value);
		return -ENOMEM;
	}
	e->told_ms = now;
	if (e->value && strcmp(e->value, value) == 0)
		free(value); /* told again, as asked */
	else
		set_value(o, e, value);
	return 0;
}

void
own_gone(struct own *o, const char *unique)
{
	struct own_entry *e = find(o, unique);

	if (e && e->value)
		set_value(o, e, NULL);
}

void
own_stray(struct own *o, const struct pool_entry *p)
{
	struct own_entry *e = NULL;

	if (strcmp(p->node, o->node) == 0 && !find(o, p->unique) && o->strays < OWN_MAX)
		e = add(o, p);
	if (!e)
		return;
	o->strays++;
	enqueue(o, e);
}

unsigned
own_expire(struct own *o, uint64_t before)
{
	unsigned n = 0;

	for (struct own_entry *e = o->all; e; e = e->next)
		if (e->value && e->told_ms < before) {
			set_value(o, e, NULL);
			n++;
		}
	return n;
}

uint32_t
own_count(const struct own *o)
{
	return o->count;
}

bool
own_waits(const struct own *o)
{
	return o->first != NULL;
}

size_t
own_take(struct own *o, struct etcd_op *ops, size_t count)
{
	size_t n = 0;

	while (o->first && n < count) {
		struct own_entry *e = o->first;

		o->first = e->waits_behind;
		if (!o->first)
			o->last = &o->first;
		e->queued = false;
		e->taken = true;
		e->waits_behind = o->taken;
		o->taken = e;
		ops[n++] = (struct etcd_op){ e->key, e->value };
	}
	return n;
}

/* E is not being written any more: it waits again, is done, or, deleted in the store, is forgotten. */
static void
put_back(struct own *o, struct own_entry *e, bool again)
{
	bool queued = e->queued || again || e->contested > e->revision;

	e->contested = 0;
	free(e->writing);
	e->writing = NULL;
	e->taken = e->queued = false;
	if (queued)
		enqueue(o, e);
	else if (!e->value)
		drop(o, e);
}

/* REVISION: in which all were written; 0: they were not. */
static void
put_all_back(struct own *o, uint64_t revision)
{
	while (o->taken) {
		struct own_entry *e = o->taken;

		o->taken = e->waits_behind;
		if (revision)
			e->revision = revision;
		put_back(o, e, !revision);
	}
}

void
own_written(struct own *o, uint64_t revision)
{
	put_all_back(o, revision);
}

void
own_not_written(struct own *o)
{
	put_all_back(o, 0);
}

void
own_seen(struct own *o, const char *unique, uint64_t revision, const char *value, size_t len)
{
	struct own_entry *e = find(o, unique);
	const char *ours = e && e->writing ? e->writing : e ? e->value : NULL;

	if (!ours || revision <= e->revision)
		return;
	if (value && strlen(ours) == len && memcmp(ours, value, len) == 0)
		return;
	/* Whether that came before or after what is being written, its revision will tell. */
	if (e->taken)
		e->contested = revision;
	else
		enqueue(o, e);
}

void
own_lost(struct own *o)
{
	struct own_entry *next;

	put_all_back(o, 0);
	o->first = NULL;
	o->last = &o->first;
	for (struct own_entry *e = o->all; e; e = next) {
		next = e->next;
		e->queued = false;
		if (e->value)
			enqueue(o, e);
		else
			drop(o, e);
	}
}
