/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "keywords.h"
#include "list.h"
#include "sshconfig_handed.h"

static bool
is_so(const struct sshconfig *c, enum keyword_when when)
{
	switch (when) {
	case WHEN_ALWAYS: return true;
	case WHEN_GSSAPI: return c->gssapi;
	case WHEN_CONTROL_PATH: return c->control_path != NULL;
	case WHEN_LOCAL_COMMAND: return c->local_command != NULL;
	}
	return true;
}

/* Whether LINE counts, and why. */
static bool
counts(const struct sshconfig *c, const char *line, char *why, size_t cap)
{
	size_t len = strcspn(line, " ");
	const struct keyword *k = keyword_find(line, len);

	if (k && k->how == KEYWORD_SSH && !is_so(c, k->when))
		return false;
	if (k && k->how == KEYWORD_SSH)
		snprintf(why, cap, "%s: %s", k->name, k->why);
	else if (k && strchr(line, '/'))
		snprintf(why, cap, "%s: only ssh can tell which file is meant", k->name);
	else
		snprintf(why, cap, "%.*s: holdfast does not know this %s", (int)len, line, k ? "value" : "keyword");
	return true;
}

static bool
is_unsafe(const char *line)
{
	const struct keyword *k = keyword_find(line, strcspn(line, " "));

	return !k || k->how != KEYWORD_SSH || k->unsafe;
}

bool
sshconfig_handed(const struct sshconfig *c, bool unsafe, char *why, size_t cap)
{
	for (char **line = c->handed; *line; line++)
		if ((!unsafe || is_unsafe(*line)) && counts(c, *line, why, cap))
			return true;
	return false;
}

int
sshconfig_handed_all(const struct sshconfig *c, char ***list)
{
	char why[256];
	int r = 0;

	for (char **line = c->handed; *line && r == 0; line++)
		if (!is_unsafe(*line) && counts(c, *line, why, sizeof(why)))
			r = list_add(list, why);
	return r;
}
