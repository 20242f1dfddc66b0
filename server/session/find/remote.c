/* SPDX-License-Identifier: MIT */
#include "remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_pool.h"
#include "match.h"

static void
fill(struct attach_status *s, const struct pool_entry *e, uint32_t number)
{
	memset(s, 0, sizeof *s);
	s->remote = number;
	s->id = e->id;
	s->state = e->state;
	s->kind = e->kind;
	s->rows = e->rows;
	s->cols = e->cols;
	s->created_ms = e->created_ms;
	s->changed_ms = e->changed_ms;
	s->activity_ms = e->activity_ms;
	s->lost_ms = e->lost_ms;
	s->lost_heard_ms = e->lost_heard_ms;
	s->lost_used_ms = e->lost_used_ms;
	s->identity = e->identity;
	memcpy(s->name, e->name, sizeof s->name);
	memcpy(s->program, e->program, sizeof s->program);
	memcpy(s->term, e->term, sizeof s->term);
	memcpy(s->user, e->user, sizeof s->user);
}

bool
remote_is_here(const struct pool_answer *a, const char *node)
{
	return strcmp(node, a->health.node) == 0;
}

void
remote_trust(struct pool_answer *a, const char *patterns)
{
	size_t kept = 0;

	for (size_t i = 0; patterns[0] && i < a->entry_count; i++)
		if (remote_is_here(a, a->entries[i].node) || match_list(a->entries[i].node, patterns) > 0)
			a->entries[kept++] = a->entries[i];
	if (patterns[0])
		a->entry_count = kept;
}

int
remote_add(struct session_list *list, const struct pool_answer *a)
{
	struct attach_status *more;

	/* Which node is this one, the end of the answer says. */
	if (!a->whole || !a->entry_count)
		return 0;
	more = reallocarray(list->v, list->count + a->entry_count, sizeof *more);
	if (!more)
		return -ENOMEM;
	list->v = more;
	for (size_t i = 0; i < a->entry_count; i++)
		if (!remote_is_here(a, a->entries[i].node))
			fill(&list->v[list->count++], &a->entries[i], (uint32_t)i + 1);
	return 0;
}

const struct pool_entry *
remote_of(const struct pool_answer *a, const struct attach_status *s)
{
	return s->remote && s->remote <= a->entry_count ? &a->entries[s->remote - 1] : NULL;
}

int
remote_find(const struct pool_answer *a, const char *node, const char *word, const struct pool_entry **found)
{
	const struct pool_entry *hit = NULL;
	uint32_t id = attach_id(word);

	/* A number alone is one of this node. */
	if (!a->whole || !word[0] || (id && !node[0]))
		return -ENOENT;
	for (size_t i = 0; i < a->entry_count; i++) {
		const struct pool_entry *e = &a->entries[i];

		if (remote_is_here(a, e->node) || (node[0] && strcmp(node, e->node) != 0))
			continue;
		if (id ? e->id != id : strcmp(e->name, word) != 0)
			continue;
		if (hit)
			return -ENOTUNIQ;
		hit = e;
	}
	if (!hit)
		return -ENOENT;
	*found = hit;
	return 0;
}

const char *
remote_split(const char *text, char node[NODE_CAP])
{
	size_t len = strcspn(text, ":");

	node[0] = '\0';
	if (!text[len])
		return text;
	if (len >= NODE_CAP)
		return NULL;
	memcpy(node, text, len);
	node[len] = '\0';
	return config_pool_node_ok(node) ? text + len + 1 : NULL;
}
