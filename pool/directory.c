/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define OVERHEAD 16    /* of an allocation */
#define TREE_BYTES 48  /* of a node of tsearch(3), with that */

struct known {
	struct known *next; /* of the same user */
	struct node *node;
	uint64_t revision;
	uint32_t generation;
	uint16_t len;
	char unique[POOL_UNIQUE];
	unsigned char message[];
};

struct user {
	struct user *prev, *next;
	struct known *entries;
	uint32_t count;
	char name[];
};

struct node {
	struct node *next;
	char name[NODE_CAP];
	struct pool_member member;
	uint64_t revision;
	uint32_t generation, entries;
	uint32_t tally;         /* for make_room */
	uint64_t bytes;         /* of its entries */
	bool there;             /* it has a key of its own; else it is only named by entries */
};

struct directory {
	struct directory_limits limits;
	void *by_name, *nodes_by_name; /* trees of struct user and struct node: no order of names can make one slow */
	struct user *users, *cursor;   /* CURSOR: the sweep goes on here */
	struct node *nodes;
	uint32_t generation, node_count;
	bool sweeping;
	struct directory_counts counts;
};

struct directory *
directory_new(const struct directory_limits *limits)
{
	static const struct directory_limits usual = { DIRECTORY_ENTRIES_MAX, DIRECTORY_BYTES_MAX, POOL_ENTRIES_MAX,
	                                               POOL_MEMBERS_MAX };
	struct directory *d = calloc(1, sizeof *d);

	if (d)
		d->limits = limits ? *limits : usual;
	return d;
}

static int
compare_users(const void *a, const void *b)
{
	const struct user *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static int
compare_nodes(const void *a, const void *b)
{
	const struct node *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static struct user *
find_user(const struct directory *d, const char *name)
{
	union {
		struct user user;
		char room[sizeof(struct user) + USER_CAP];
	} like;
	void *found;

	if (strlen(name) >= USER_CAP)
		return NULL;
	memcpy(like.room + offsetof(struct user, name), name, strlen(name) + 1);
	found = tfind(&like.user, &d->by_name, compare_users);
	return found ? *(struct user **)found : NULL;
}

static struct node *
find_node(const struct directory *d, const char *name)
{
	struct node like;
	void *found;

	memcpy(like.name, name, strlen(name) + 1);
	found = tfind(&like, &d->nodes_by_name, compare_nodes);
	return found ? *(struct node **)found : NULL;
}

static size_t
user_bytes(const struct user *u)
{
	return sizeof *u + strlen(u->name) + 1 + OVERHEAD + TREE_BYTES;
}

static size_t
entry_bytes(size_t len)
{
	return sizeof(struct known) + len + OVERHEAD;
}

static struct user *
add_user(struct directory *d, const char *name)
{
	size_t len = strlen(name) + 1;
	struct user *u = calloc(1, sizeof *u + len);

	if (!u)
		return NULL;
	memcpy(u->name, name, len);
	if (!tsearch(u, &d->by_name, compare_users)) {
		free(u);
		return NULL;
	}
	u->next = d->users;
	if (d->users)
		d->users->prev = u;
	d->users = u;
	d->counts.users++;
	d->counts.bytes += user_bytes(u);
	return u;
}

static void
drop_user(struct directory *d, struct user *u)
{
	if (d->cursor == u)
		d->cursor = u->next;
	if (u->prev)
		u->prev->next = u->next;
	else
		d->users = u->next;
	if (u->next)
		u->next->prev = u->prev;
	tdelete(u, &d->by_name, compare_users);
	d->counts.users--;
	d->counts.bytes -= user_bytes(u);
	free(u);
}

/* 0 with the node NAME, made if there was none; -EDQUOT or -ENOMEM. */
static int
have_node(struct directory *d, const char *name, struct node **out)
{
	struct node *n = find_node(d, name);

	*out = n;
	if (n)
		return 0;
	if (d->node_count >= d->limits.nodes)
		return -EDQUOT;
	n = calloc(1, sizeof *n);
	if (!n)
		return -ENOMEM;
	memcpy(n->name, name, strlen(name) + 1);
	if (!tsearch(n, &d->nodes_by_name, compare_nodes)) {
		free(n);
		return -ENOMEM;
	}
	n->next = d->nodes;
	d->nodes = n;
	d->node_count++;
	d->counts.bytes += sizeof *n + OVERHEAD + TREE_BYTES;
	*out = n;
	return 0;
}

/* Nothing speaks of *N any more. */
static void
drop_idle_node(struct directory *d, struct node *n)
{
	struct node **at = &d->nodes;

	if (n->there || n->entries)
		return;
	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	tdelete(n, &d->nodes_by_name, compare_nodes);
	d->node_count--;
	d->counts.bytes -= sizeof *n + OVERHEAD + TREE_BYTES;
	free(n);
}

/* The place where the list of U leads to the session UNIQUE of the node NAME, or to NULL. */
static struct known **
find_entry(struct user *u, const char *name, const char *unique)
{
	struct known **at = &u->entries;

	while (*at && (strcmp((*at)->unique, unique) != 0 || strcmp((*at)->node->name, name) != 0))
		at = &(*at)->next;
	return at;
}

static void
drop_entry(struct directory *d, struct user *u, struct known **at)
{
	struct known *e = *at;

	*at = e->next;
	u->count--;
	e->node->entries--;
	e->node->bytes -= entry_bytes(e->len);
	d->counts.entries--;
	d->counts.bytes -= entry_bytes(e->len);
	drop_idle_node(d, e->node);
	free(e);
}

void
directory_clear(struct directory *d)
{
	while (d->users) {
		while (d->users->entries)
			drop_entry(d, d->users, &d->users->entries);
		drop_user(d, d->users);
	}
	while (d->nodes) {
		d->nodes->there = false;
		drop_idle_node(d, d->nodes);
	}
	d->sweeping = false;
}

void
directory_free(struct directory *d)
{
	if (!d)
		return;
	directory_clear(d);
	free(d);
}

/* Whether there is room for an entry of LEN bytes more of NODE: one node can take half of it, and no more. */
static bool
has_room(const struct directory *d, const struct node *node, size_t len)
{
	return d->counts.entries < d->limits.entries && node->entries < (d->limits.entries + 1) / 2 &&
	       d->counts.bytes + entry_bytes(len) + USER_CAP + TREE_BYTES <= d->limits.bytes &&
	       node->bytes + entry_bytes(len) <= d->limits.bytes / 2;
}

/*
 * Whether U, which may be NULL, has a place for an entry of NODE.  If all are taken, the node that has the most gives up
 * the one that was put first, unless NODE would then have as many: no node can keep others' sessions from being found.
 */
static bool
make_room(struct directory *d, struct user *u, struct node *node)
{
	struct known **at, **first = NULL, *e;
	struct node *most = node;

	if (!u || u->count < d->limits.user)
		return true;
	node->tally = 0;
	for (e = u->entries; e; e = e->next)
		e->node->tally = 0;
	for (e = u->entries; e; e = e->next)
		if (++e->node->tally > most->tally)
			most = e->node;
	if (most->tally <= node->tally + 1)
		return false;
	for (at = &u->entries; *at; at = &(*at)->next)
		if ((*at)->node == most)
			first = at;
	drop_entry(d, u, first);
	d->counts.over++;
	return true;
}

/* *E as a message of LEN bytes, in the list of its user. */
static int
add_entry(struct directory *d, const struct pool_entry *e, const unsigned char *message, size_t len, uint64_t revision)
{
	struct user *u = find_user(d, e->user);
	struct node *node;
	struct known *new;
	int rc = have_node(d, e->node, &node);

	if (rc)
		return rc;
	if (!has_room(d, node, len) || !make_room(d, u, node)) {
		drop_idle_node(d, node);
		return -EDQUOT;
	}
	new = calloc(1, sizeof *new + len);
	if (new && !u)
		u = add_user(d, e->user);
	if (!new || !u) {
		free(new);
		drop_idle_node(d, node);
		return -ENOMEM;
	}
	*new = (struct known){ .next = u->entries, .node = node, .revision = revision, .generation = d->generation,
	                       .len = (uint16_t)len };
	memcpy(new->unique, e->unique, sizeof new->unique);
	memcpy(new->message, message, len);
	u->entries = new;
	u->count++;
	node->entries++;
	node->bytes += entry_bytes(len);
	d->counts.entries++;
	d->counts.bytes += entry_bytes(len);
	return 0;
}

int
directory_put(struct directory *d, const struct pool_entry *e, uint64_t revision)
{
	unsigned char message[POOL_MESSAGE_MAX];
	int len = pool_encode_entry(POOL_ENTRY, e, message, sizeof message), rc;
	struct user *u = find_user(d, e->user);
	struct known **at = u ? find_entry(u, e->node, e->unique) : NULL;

	if (len < 0)
		return len;
	if (at && *at) {
		if (revision && (*at)->revision >= revision) {
			(*at)->generation = d->generation;
			return 0;
		}
		if ((*at)->len == (uint16_t)len) {
			memcpy((*at)->message, message, (size_t)len);
			(*at)->revision = revision;
			(*at)->generation = d->generation;
			return 0;
		}
		drop_entry(d, u, at);
	}
	rc = add_entry(d, e, message, (size_t)len, revision);
	d->counts.over += rc == -EDQUOT;
	u = rc ? find_user(d, e->user) : NULL;
	if (u && !u->count)
		drop_user(d, u);
	return rc;
}

static void
remove_node(struct directory *d, const struct key *k, uint64_t revision)
{
	struct node *n = find_node(d, k->node);

	if (!n || !n->there || n->revision > revision)
		return;
	n->there = false;
	drop_idle_node(d, n);
}

static void
remove_session(struct directory *d, const struct key *k, uint64_t revision)
{
	struct user *u = find_user(d, k->user);
	struct known **at = u ? find_entry(u, k->node, k->unique) : NULL;

	if (!at || !*at || (*at)->revision > revision)
		return;
	drop_entry(d, u, at);
	if (!u->count)
		drop_user(d, u);
}

void
directory_remove(struct directory *d, const struct key *k, uint64_t revision)
{
	if (k->kind == KEY_NODE)
		remove_node(d, k, revision);
	else if (k->kind == KEY_SESSION)
		remove_session(d, k, revision);
}

int
directory_put_node(struct directory *d, const struct value_node *v, uint64_t revision, uint64_t now)
{
	struct node *n;
	int rc = have_node(d, v->member.node, &n);

	if (rc)
		return rc;
	n->generation = d->generation;
	if (n->there && n->revision >= revision && revision)
		return 0;
	n->there = true;
	n->revision = revision;
	n->member = v->member;
	n->member.seen_ms = now;
	return 0;
}

void
directory_begin(struct directory *d)
{
	d->generation++;
	d->sweeping = false;
	d->counts.over = 0;
}

/* What of U was not in the last reading, and was written before it. */
static void
sweep_user(struct directory *d, struct user *u, uint64_t revision)
{
	struct known **at = &u->entries;

	while (*at)
		if ((*at)->generation != d->generation && (*at)->revision <= revision)
			drop_entry(d, u, at);
		else
			at = &(*at)->next;
	if (!u->count)
		drop_user(d, u);
}

static void
sweep_nodes(struct directory *d, uint64_t revision)
{
	struct node *next;

	for (struct node *n = d->nodes; n; n = next) {
		next = n->next;
		if (n->there && n->generation != d->generation && n->revision <= revision)
			n->there = false;
		drop_idle_node(d, n);
	}
}

bool
directory_sweep(struct directory *d, uint64_t revision, unsigned count)
{
	if (!d->sweeping) {
		d->sweeping = true;
		d->cursor = d->users;
	}
	for (; d->cursor && count; count--) {
		struct user *u = d->cursor;

		d->cursor = u->next;
		sweep_user(d, u, revision);
	}
	if (d->cursor)
		return false;
	sweep_nodes(d, revision);
	d->sweeping = false;
	return true;
}

void
directory_user(const struct directory *d, const char *user,
               bool (*take)(void *arg, const unsigned char *message, size_t len), void *arg)
{
	const struct user *u = find_user(d, user);

	for (const struct known *e = u ? u->entries : NULL; e; e = e->next)
		if (!take(arg, e->message, e->len))
			return;
}

void
directory_nodes(const struct directory *d, bool (*take)(void *arg, const struct pool_member *m), void *arg)
{
	for (const struct node *n = d->nodes; n; n = n->next) {
		struct pool_member m = n->member;

		m.sessions = n->entries;
		if (n->there && !take(arg, &m))
			return;
	}
}

uint32_t
directory_sessions(const struct directory *d, const char *node)
{
	const struct node *n = find_node(d, node);

	return n ? n->entries : 0;
}

void
directory_count(const struct directory *d, struct directory_counts *c)
{
	*c = d->counts;
}
