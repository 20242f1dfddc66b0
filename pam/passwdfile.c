/* SPDX-License-Identifier: MIT */
#include "passwdfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The unit tests have a user database of their own. */
#ifndef PASSWD_FILE
#define PASSWD_FILE "/etc/passwd"
#endif

/* Whether LINE is NAME's entry, with its uid. */
static bool
is_entry_of(const char *name, const char *line, uint32_t *uid)
{
	size_t len = strlen(name);
	const char *id = strncmp(line, name, len) == 0 && line[len] == ':' ? strchr(line + len + 1, ':') : NULL;
	unsigned long long v;
	char *end;

	if (!id || !isdigit((unsigned char)id[1]))
		return false;
	errno = 0;
	v = strtoull(id + 1, &end, 10);
	if (errno || v > UINT32_MAX || *end != ':' || !isdigit((unsigned char)end[1]))
		return false;
	*uid = (uint32_t)v;
	return true;
}

int
passwdfile_uid(const char *name, uint32_t *uid)
{
	FILE *f = fopen(PASSWD_FILE, "re");
	char line[4096];
	uint32_t found;
	int rc = -ENOENT;

	*uid = 0;
	if (!f)
		return rc;
	while (fgets(line, sizeof line, f) && (strchr(line, '\n') || feof(f))) {
		if (!is_entry_of(name, line, &found))
			continue;
		if (found != (uint32_t)-1) {
			*uid = found;
			rc = 0;
		}
		break;
	}
	fclose(f);
	return rc;
}
