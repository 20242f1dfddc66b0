/* SPDX-License-Identifier: MIT */
#include "keptdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"
#include "owndir.h"

int
keptdir_open(const char *home, bool make)
{
	static const char *const parts[] = { "/.local", "/state", "/holdfast", "/text" };
	char path[PATH_CAP];
	size_t len = strlen(home);

	if (len + sizeof "/" KEPTDIR > sizeof path)
		return -ENAMETOOLONG;
	memcpy(path, home, len + 1);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		strcat(path, parts[i]);
		if (make && mkdir(path, 0700) && errno != EEXIST)
			return -errno;
	}
	return owndir_open(AT_FDCWD, path, geteuid(), 077);
}
