/* SPDX-License-Identifier: MIT */
#include "elsewhere.h"

#include <errno.h>
#include <stdlib.h>

#include "age.h"
#include "ctl.h"
#include "ctlpool.h"
#include "remote.h"

void
elsewhere_get(struct elsewhere *e)
{
	struct session_list list = SESSION_LIST_NONE;

	*e = (struct elsewhere)ELSEWHERE_NONE;
	if (ctlpool_ask(&e->answer) || remote_add(&list, &e->answer))
		return;
	e->asked = true;
	e->v = list.count ? calloc(list.count, sizeof *e->v) : NULL;
	for (size_t i = 0; e->v && i < list.count; i++)
		e->v[e->count++] = (struct sessionlist_session){ ctl_uid(), list.v[i] };
	session_list_free(&list);
}

const char *
elsewhere_node(const struct elsewhere *e, const struct sessionlist_session *s)
{
	const struct pool_entry *entry = e ? remote_of(&e->answer, &s->status) : NULL;

	return entry ? entry->node : "";
}

void
elsewhere_warn(const struct elsewhere *e)
{
	const struct pool_health *h = &e->answer.health;
	char since[AGE_CAP] = "its start";

	if (!e->asked)
		return;
	if (h->since_ms)
		age_since(since, h->since_ms);
	if (h->store == POOL_STORE_AWAY)
		ctl_error("the pool's directory has not answered for %s: sessions on other nodes are as they were then", since);
	else if (h->store != POOL_STORE_OK)
		ctl_error("the pool's directory does not answer: sessions on other nodes are not known");
	if (h->more)
		ctl_error("there are more sessions on other nodes than %d", POOL_ENTRIES_MAX);
}

int
elsewhere_find(const struct elsewhere *e, const char *word, const struct pool_entry **found)
{
	char node[NODE_CAP];
	const char *rest = remote_split(word, node);

	return rest ? remote_find(&e->answer, node, rest, found) : -EINVAL;
}

void
elsewhere_free(struct elsewhere *e)
{
	poolask_free(&e->answer);
	free(e->v);
	*e = (struct elsewhere)ELSEWHERE_NONE;
}
