/* SPDX-License-Identifier: MIT */
#include "inputshare.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "streams.h"

#define LOOK_MS 1000

/* How many sessions there are beside DIR, the directory of one: 1 if that can't be seen. */
static uint64_t
sessions_beside(const char *dir)
{
	const char *end = strrchr(dir, '/');
	char parent[PATH_CAP];
	uint64_t count = 0;
	struct dirent *e;
	DIR *d;

	if (!end || end == dir)
		return 1;
	snprintf(parent, sizeof parent, "%.*s", (int)(end - dir), dir);
	d = opendir(parent);
	while (d && (e = readdir(d)))
		count += e->d_name[0] >= '0' && e->d_name[0] <= '9';
	if (d)
		closedir(d);
	return count ? count : 1;
}

void
inputshare_look(struct keeper *k, uint64_t now)
{
	const char *dir = k->init.dir[0] ? k->init.dir : k->dir.path;
	uint64_t share = k->init.input_bytes ? k->init.input_bytes
	                                     : CONFIG_INPUT_MEMORY; /* an older leader names none */

	if (k->share_at && now < k->share_at)
		return;
	k->share_at = now + LOOK_MS;
	share /= sessions_beside(dir);
	k->streams.limit = share < STREAMS_ALL ? (size_t)share : STREAMS_ALL;
}
