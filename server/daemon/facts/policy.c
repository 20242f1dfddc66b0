/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth_identity.h"
#include "config_file.h"
#include "grouplist.h"
#include "paths.h"
#include "vouch.h"

bool
policy_disabled(void)
{
	return access(PATH_DISABLED, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

uint32_t
policy_for(const char *user, gid_t gid, const struct login *l, struct config_policy *p, char trouble[TEXT_CAP])
{
	const char *keys[AUTH_KEYS + 1] = { NULL };
	struct config_subject subject = { .user = user, .address = l->address, .keys = keys };
	struct config_error error = { .text = "" };
	char **names;
	int rc;

	/* Without a file groups do not matter, so a slow name service is not asked. */
	if (access(PATH_CONFIG, F_OK) && errno == ENOENT) {
		config_defaults(p);
		return p->enable ? 0 : VOUCH_DISABLED;
	}
	names = grouplist_names(user, gid);
	if (!names) {
		snprintf(trouble, TEXT_CAP, "cannot look up the groups of \"%s\"", user);
		return VOUCH_TROUBLE;
	}
	subject.groups = (const char *const *)names;
	for (unsigned i = 0; i < AUTH_KEYS && l->keys[i][0]; i++)
		keys[i] = l->keys[i];
	rc = config_load(PATH_CONFIG, &subject, p, &error);
	grouplist_free(names);
	if (rc) {
		snprintf(trouble, TEXT_CAP, "%.460s; no new sessions until this is fixed", error.text);
		return VOUCH_BAD_CONFIG;
	}
	return p->enable ? 0 : VOUCH_DISABLED;
}

void
policy_identity(const struct config_policy *p, struct login *l)
{
	if (p->match_key)
		return;
	auth_identity_of_uid(l->uid, l->user, &l->identity);
	auth_identity_of_uid(l->uid, NULL, &l->former);
}

bool
policy_draining(void)
{
	return access(PATH_DRAIN, F_OK) == 0;
}
