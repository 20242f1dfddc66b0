/* SPDX-License-Identifier: MIT */
/*
 * user_database: users and groups that stand in for those of the host: this program's getpwnam(3) and its like are asked
 * by modules and libraries that the program loads, too.  alice is in staff besides her own group.
 */
#ifndef HOLDFAST_USER_DATABASE_H
#define HOLDFAST_USER_DATABASE_H

#include "unit.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>

static struct passwd users[] = {
	{ .pw_name = (char *)"root", .pw_uid = 0, .pw_gid = 0 },
	{ .pw_name = (char *)"alice", .pw_uid = 1000, .pw_gid = 1000 },
	{ .pw_name = (char *)"carol", .pw_uid = 1500, .pw_gid = 2000 },
	{ .pw_name = (char *)"bob", .pw_uid = 3000, .pw_gid = 3000 },
};
static struct group named[] = {
	{ .gr_name = (char *)"root", .gr_gid = 0 }, { .gr_name = (char *)"alice", .gr_gid = 1000 },
	{ .gr_name = (char *)"staff", .gr_gid = 2000 }, { .gr_name = (char *)"bob", .gr_gid = 3000 },
};

struct passwd *
getpwnam(const char *name)
{
	for (size_t i = 0; i < sizeof users / sizeof *users; i++)
		if (strcmp(users[i].pw_name, name) == 0)
			return &users[i];
	return NULL;
}

int
getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t len, struct passwd **out)
{
	static char nothing[] = "";
	const struct passwd *found = getpwnam(name);

	(void)buf;
	(void)len;
	*out = NULL;
	if (found) {
		*pw = *found;
		pw->pw_passwd = pw->pw_gecos = pw->pw_dir = pw->pw_shell = nothing;
		*out = pw;
	}
	return 0;
}

static char *no_members[] = { NULL };

struct group *
getgrnam(const char *name)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (strcmp(named[i].gr_name, name) == 0)
			return &named[i];
	return NULL;
}

static int
give_group(const struct group *found, struct group *gr, struct group **out)
{
	*out = NULL;
	if (found) {
		*gr = *found;
		gr->gr_mem = no_members;
		*out = gr;
	}
	return 0;
}

int
getgrnam_r(const char *name, struct group *gr, char *buf, size_t len, struct group **out)
{
	(void)buf;
	(void)len;
	return give_group(getgrnam(name), gr, out);
}

int
getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t len, struct group **out)
{
	(void)buf;
	(void)len;
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (named[i].gr_gid == gid)
			return give_group(&named[i], gr, out);
	return give_group(NULL, gr, out);
}

int
getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count)
{
	bool more = strcmp(user, "alice") == 0;
	int had = *count;

	*count = more ? 2 : 1;
	if (had < *count)
		return -1;
	groups[0] = gid;
	if (more)
		groups[1] = 2000;
	return *count;
}

#endif
