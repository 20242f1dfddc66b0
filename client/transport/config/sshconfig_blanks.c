/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "sshconfig_blanks.h"
#include "sshconfig_expand.h"

/* Whether the words up to END, and the one behind it up to its first slash, are the name of something. */
static bool
joined(const struct sshconfig *c, const char *value, const char *end)
{
	char *name = strndup(value, (size_t)(end - value) + 1 + strcspn(end + 1, "/ ")), *expanded;
	bool there = true;

	if (name && (expanded = sshconfig_expand_only(c, name, EXPAND_TILDE))) {
		there = access(expanded, F_OK) == 0;
		free(expanded);
	}
	free(name);
	return there;
}

bool
sshconfig_blanks(const struct sshconfig *c, const char *line)
{
	static const char *const keywords[] = { "globalknownhostsfile", "revokedhostkeys", "userknownhostsfile" };
	size_t len = strcspn(line, " ");
	const char *value = line + len + (line[len] == ' ');
	bool files = false;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		files = files || (strlen(keywords[i]) == len && strncasecmp(line, keywords[i], len) == 0);
	if (!files || !*value || strcasecmp(value, "none") == 0)
		return false;
	if (*value != '/' && *value != '~')
		return true;
	for (const char *blank = strchr(value, ' '); blank; blank = strchr(blank + 1, ' '))
		if ((blank[1] != '/' && blank[1] != '~') || joined(c, value, blank))
			return true;
	/* before OpenSSH 10 there is one file of revoked keys, and two words are its name */
	return strchr(value, '\t') || (strncasecmp(line, "revoked", 7) == 0 && strchr(value, ' '));
}
