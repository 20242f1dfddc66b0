/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "pattern.h"
#include "sshconfig_match.h"

static const char *
target_of(const struct sshconfig_scene *s)
{
	return s->c->hostname ? s->c->hostname : s->c->host;
}

bool
sshconfig_host(const struct sshconfig_scene *s, char *const *words)
{
	const char *host = s->final ? target_of(s) : s->c->host;
	bool found = false, negated;

	for (; *words; words++) {
		negated = **words == '!';
		if (!pattern_match(*words + negated, strlen(*words + negated), host, false))
			continue;
		if (negated)
			return false;
		found = true;
	}
	return found;
}

static const char *
local_user(void)
{
	const struct passwd *pw = getpwuid(getuid());

	return pw ? pw->pw_name : "";
}

/* What the list behind ATTRIBUTE is compared with; NULL: only ssh knows. */
static const char *
fact(const struct sshconfig_scene *s, const char *attribute)
{
	if (strcasecmp(attribute, "host") == 0)
		return target_of(s);
	if (strcasecmp(attribute, "originalhost") == 0)
		return s->c->host;
	if (strcasecmp(attribute, "user") == 0)
		return s->c->user ? s->c->user : local_user();
	if (strcasecmp(attribute, "localuser") == 0)
		return local_user();
	if (strcasecmp(attribute, "tagged") == 0 || strcasecmp(attribute, "tag") == 0)
		return s->tag ? s->tag : "";
	return NULL;
}

/* One criterion, with the word behind it if it has one: how many words, or -EINVAL. */
static int
criterion(struct sshconfig_scene *s, char *const *words, bool *holds, char *why, size_t cap)
{
	const char *name = words[0] + (words[0][0] == '!'), *with;
	int used = 1;

	if (strcasecmp(name, "all") == 0) {
		*holds = true;
	} else if (strcasecmp(name, "canonical") == 0) {
		*holds = false; /* CanonicalizeHostname is refused */
	} else if (strcasecmp(name, "final") == 0) {
		s->wants_final = true;
		*holds = s->final;
	} else if (!(with = fact(s, name))) {
		snprintf(why, cap, "Match %s needs ssh(1), which is not installed", name);
		return -EINVAL;
	} else if (!words[1]) {
		snprintf(why, cap, "missing argument of Match %s", name);
		return -EINVAL;
	} else {
		*holds = (!*with && !*words[1]) || pattern_list(words[1], with, strcasecmp(name, "host") == 0) > 0;
		used = 2;
	}
	*holds = *holds != (words[0][0] == '!');
	return used;
}

int
sshconfig_match(struct sshconfig_scene *s, char *const *words, char *why, size_t cap)
{
	bool all = true, holds = false;
	int n;

	for (; *words; words += n) {
		if ((n = criterion(s, words, &holds, why, cap)) < 0)
			return n;
		all = all && holds;
	}
	return all;
}
