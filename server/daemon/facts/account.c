/* SPDX-License-Identifier: MIT */
#include "account.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define PATH_USER "/usr/local/bin:/usr/bin:/bin:/usr/games"
#define PATH_ROOT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* SRC, or INSTEAD when it is empty. */
static int
copy(char *dst, size_t cap, const char *src, const char *instead)
{
	const char *from = src && *src ? src : instead;

	return (size_t)snprintf(dst, cap, "%s", from) < cap ? 0 : -ENAMETOOLONG;
}

int
account_find(const char *user, uid_t uid, struct account *a)
{
	const struct passwd *pw;
	struct account got;
	int rc;

	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		return errno ? -errno : -ENOENT;
	if (pw->pw_uid != uid)
		return -EPERM;
	memset(&got, 0, sizeof got);
	got.uid = uid;
	got.gid = pw->pw_gid;
	rc = copy(got.user, sizeof got.user, user, "");
	if (!rc)
		rc = copy(got.home, sizeof got.home, pw->pw_dir, "/");
	if (!rc)
		rc = copy(got.shell, sizeof got.shell, pw->pw_shell, "/bin/sh");
	if (!rc)
		*a = got;
	return rc;
}

int
account_env(const struct account *a, struct envlist *env)
{
	const struct {
		const char *name, *value;
	} vars[] = {
		{ "HOME", a->home },
		{ "USER", a->user },
		{ "LOGNAME", a->user },
		{ "SHELL", a->shell },
		{ "PATH", a->uid ? PATH_USER : PATH_ROOT },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof vars / sizeof *vars; i++)
		rc = envlist_set_value(env, vars[i].name, vars[i].value);
	return rc;
}
