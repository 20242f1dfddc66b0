/* SPDX-License-Identifier: MIT */
#include "config_match.h"

#include <errno.h>
#include <stdbool.h>
#include <strings.h>

#include "match.h"

/* Of names, one that is shut out counts more than one that is let in, as sshd has it for groups. */
static bool
match_any_of(const char *const *names, const char *patterns)
{
	bool found = false;

	for (size_t i = 0; names && names[i]; i++) {
		int rc = match_list(names[i], patterns);

		if (rc < 0)
			return false;
		found |= rc > 0;
	}
	return found;
}

static bool
match_user(const struct config_subject *s, const char *patterns)
{
	return match_list(s->user, patterns) > 0;
}

static bool
match_group(const struct config_subject *s, const char *patterns)
{
	return match_any_of(s->groups, patterns);
}

static bool
match_address(const struct config_subject *s, const char *patterns)
{
	return match_address_list(s->address, patterns) > 0;
}

static bool
match_key(const struct config_subject *s, const char *patterns)
{
	return match_any_of(s->keys, patterns);
}

static const struct {
	const char *name;
	bool (*ok)(const char *patterns);
	bool (*match)(const struct config_subject *s, const char *patterns);
	const char *wanted;
} criteria[] = {
	{ "User", match_list_ok, match_user, "a list of names or patterns" },
	{ "Group", match_list_ok, match_group, "a list of names or patterns" },
	{ "Address", match_address_list_ok, match_address, "a list of addresses, patterns or networks" },
	{ "Key", match_list_ok, match_key, "a list of fingerprints, key ids or patterns" },
};

int
config_match(const struct config_subject *subject, const char *criterion, const char *patterns,
             const char **wanted)
{
	static const struct config_subject nobody = { .user = "", .address = "" };

	for (size_t i = 0; i < sizeof criteria / sizeof *criteria; i++) {
		if (strcasecmp(criterion, criteria[i].name) != 0)
			continue;
		*wanted = criteria[i].wanted;
		if (!criteria[i].ok(patterns))
			return -EBADMSG;
		return criteria[i].match(subject ? subject : &nobody, patterns);
	}
	return -EINVAL;
}
