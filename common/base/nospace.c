/* SPDX-License-Identifier: MIT */
#include "nospace.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* Shortens WHERE, if it is an absolute path, to the directory that its file system is mounted on. */
static void
to_mount(char *where)
{
	struct stat here, above;

	while (where[0] == '/' && where[1] && stat(where, &here) == 0) {
		char *slash = strrchr(where, '/'), kept = slash == where ? where[1] : '/';
		char *cut = slash == where ? where + 1 : slash;

		*cut = '\0';
		if (stat(where, &above) || above.st_dev != here.st_dev) {
			*cut = kept;
			return;
		}
	}
}

void
nospace_words(const char *path, char out[NOSPACE_CAP])
{
	char where[NOSPACE_CAP / 2];
	struct statvfs v;

	if (snprintf(where, sizeof where, "%s", path) >= (int)sizeof where || statvfs(path, &v)) {
		snprintf(out, NOSPACE_CAP, "no space on the file system of %.60s", path);
		return;
	}
	to_mount(where);
	if (v.f_files && !v.f_favail)
		snprintf(out, NOSPACE_CAP, "no free inodes on %s", where);
	else if (!v.f_bavail)
		snprintf(out, NOSPACE_CAP, "no free space on %s", where);
	else
		snprintf(out, NOSPACE_CAP, "no free space on %s, or a quota there is used up", where);
}
