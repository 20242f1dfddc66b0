/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth_remembered.h"
#include "list.h"
#include "remembered.h"
#include "target.h"

#define RENEWED_S (REMEMBERED_S / 4) /* older facts are written again */

/* The agent's keys are tried where the configuration does not name the only ones; files that it names. */
static bool
is_wanted(const struct sshconfig *c, const char *kind, const char *name)
{
	if (strcmp(kind, "agent") == 0)
		return !c->identities_only;
	if (strcmp(kind, "file") != 0)
		return false;
	for (char **path = c->identity_files; *path; path++)
		if (strcmp(*path, name) == 0)
			return true;
	return false;
}

/* "METHODS KIND NAME"; the time since then in seconds, -1: there is none, or it is not wanted any more. */
static long
look(const struct auth *a, int *methods, char kind[8], char name[REMEMBERED_HOST_CAP])
{
	char account[REMEMBERED_HOST_CAP], text[REMEMBERED_HOST_CAP];
	long age;
	int at = 0;

	target_account(a->target, account, sizeof(account));
	age = account[0] ? remembered_text(REMEMBERED_LOGIN, account, text, sizeof(text)) : -1;
	if (age < 0 || sscanf(text, "%d %7s %n", methods, kind, &at) != 2 || !at || *methods <= 0)
		return -1;
	snprintf(name, REMEMBERED_HOST_CAP, "%s", text + at);
	return is_wanted(a->target->config, kind, name) ? age : -1;
}

bool
auth_remembered_get(struct auth *a)
{
	struct target_login *l = &a->target->login;
	char kind[8], name[REMEMBERED_HOST_CAP];
	int methods;

	if (look(a, &methods, kind, name) < 0)
		return false;
	target_login_forget(l);
	l->methods = methods;
	if (kind[0] == 'a')
		l->key = strdup(name);
	else
		l->file = strdup(name);
	return l->key || l->file;
}

void
auth_remembered_put(const struct auth *a)
{
	const struct target_login *l = &a->target->login;
	char account[REMEMBERED_HOST_CAP], text[2 * REMEMBERED_HOST_CAP], kind[8], name[REMEMBERED_HOST_CAP];
	const char *now = l->file ? l->file : l->key, *kind_now = l->file ? "file" : "agent";
	long age;
	int methods;

	target_account(a->target, account, sizeof(account));
	if (!account[0] || !now || l->certificate || !l->methods || !is_wanted(a->target->config, kind_now, now))
		return;
	age = look(a, &methods, kind, name);
	if (age >= 0 && age < RENEWED_S && strcmp(kind, kind_now) == 0 && strcmp(name, now) == 0)
		return;
	if (snprintf(text, sizeof(text), "%d %s %s", l->methods, kind_now, now) < (int)sizeof(text))
		remembered_set_text(REMEMBERED_LOGIN, account, text);
}
