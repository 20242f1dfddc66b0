/* SPDX-License-Identifier: MIT */
#include "grouplist.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 65536 /* NGROUPS_MAX of Linux */

int
grouplist_ids(const char *user, gid_t gid, gid_t **ids)
{
	int count = 64, had;

	*ids = NULL;
	do {
		gid_t *more = reallocarray(*ids, (size_t)count, sizeof **ids);

		if (!more)
			return -ENOMEM;
		*ids = more;
		had = count;
		if (getgrouplist(user, gid, *ids, &count) >= 0)
			return count;
		count = count > had ? count : 2 * had;
	} while (count <= GROUPS_MAX);
	return -E2BIG;
}

void
grouplist_free(char **names)
{
	for (char **p = names; p && *p; p++)
		free(*p);
	free(names);
}

char **
grouplist_names(const char *user, gid_t gid)
{
	gid_t *ids;
	int count = grouplist_ids(user, gid, &ids), n = 0;
	char **names = count < 0 ? NULL : calloc((size_t)count + 1, sizeof *names);

	for (int i = 0; names && i < count; i++) {
		const struct group *gr = getgrgid(ids[i]);

		if (!gr)
			continue;
		names[n] = strdup(gr->gr_name);
		if (!names[n++]) {
			grouplist_free(names);
			names = NULL;
		}
	}
	free(ids);
	return names;
}

bool
grouplist_has(const char *user, gid_t gid)
{
	const struct passwd *pw = getpwnam(user);
	gid_t *ids = NULL;
	int count = pw ? grouplist_ids(user, pw->pw_gid, &ids) : 0;
	bool has = pw && pw->pw_gid == gid;

	for (int i = 0; !has && i < count; i++)
		has = ids[i] == gid;
	free(ids);
	return has;
}
