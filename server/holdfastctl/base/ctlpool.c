/* SPDX-License-Identifier: MIT */
#include "ctlpool.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "remote.h"
#include "ticket.h"

int
ctlpool_ask(struct pool_answer *a)
{
	struct ticket ticket = { { 0 } };
	const struct passwd *pw;

	*a = (struct pool_answer)POOL_ANSWER_NONE;
	if (!poolask_there())
		return -ENOENT;
	if (geteuid() != 0) {
		ticket_parse(&ticket, getenv("HOLDFAST_TICKET"));
		return poolask(POOL_WHAT_USER, &ticket, a);
	}
	pw = getpwuid(ctl_uid());
	return pw ? poolask_as_root(POOL_WHAT_USER, pw->pw_name, a) : -ENOENT;
}

/* The same on other nodes. */
static int
free_elsewhere(const char *name)
{
	const struct pool_entry *e;
	struct pool_answer a;
	int rc = ctlpool_ask(&a) ? -ENOENT : remote_find(&a, "", name, &e);

	if (rc == 0)
		ctl_error("session %u on %s already has the name %s", e->id, e->node, name);
	else if (rc == -ENOTUNIQ)
		ctl_error("sessions on other nodes already have the name %s", name);
	poolask_free(&a);
	return rc == -ENOENT ? CTL_OK : CTL_FAILED;
}

int
ctl_name_free(const struct session_list *list, const char *name, uint32_t except)
{
	if (!attach_name_ok(name)) {
		ctl_error("\"%s\" is not a valid name: use " ATTACH_NAME_RULE, name);
		return CTL_USAGE;
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->v[i].id != except && strcmp(list->v[i].name, name) == 0) {
			ctl_error("session %u already has the name %s", list->v[i].id, name);
			return CTL_FAILED;
		}
	return free_elsewhere(name);
}

int
ctl_may_start(const char *name, bool *inside)
{
	struct session_list list;
	int rc = ctl_list(&list);

	if (rc)
		return rc;
	*inside = ctl_inside(&list);
	if (name)
		rc = ctl_name_free(&list, name, 0);
	session_list_free(&list);
	return rc;
}
