/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "keywords.h"
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

bool
sshconfig_handed(const struct sshconfig *c, bool unsafe, char *why, size_t cap)
{
	const struct keyword *k;
	size_t len;

	for (char **line = c->handed; *line; line++) {
		len = strcspn(*line, " ");
		k = keyword_find(*line, len);
		if (k && k->how == KEYWORD_SSH && ((unsafe && !k->unsafe) || !is_so(c, k->when)))
			continue;
		if (k && k->how == KEYWORD_SSH)
			snprintf(why, cap, "%s: %s", k->name, k->why);
		else if (k && strchr(*line, '/'))
			snprintf(why, cap, "%s: only ssh can tell which file is meant", k->name);
		else
			snprintf(why, cap, "%.*s: holdfast does not know this %s", (int)len, *line, k ? "value" : "keyword");
		return true;
	}
	return false;
}
