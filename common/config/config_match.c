/* SPDX-License-Identifier: MIT */
#include "config_match.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define SHA256_BASE64 43 /* letters, without the = behind them */

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

/* passwd(5) and group(5) have a colon between two fields. */
static const char *
name_wrong(const char *pattern)
{
	return strchr(pattern, ':') ? "a name or a pattern, without a colon" : NULL;
}

/* A login knows the SHA256 of its keys alone; any other text can be the id of a certificate. */
static const char *
key_wrong(const char *pattern)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char *const others[] = { "MD5:", "SHA1:", "SHA384:", "SHA512:" };
	static const char expected[] = "a fingerprint as ssh-keygen -l prints it (SHA256: and 43 characters), a key id or a "
	                               "pattern";

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strncmp(pattern, others[i], strlen(others[i])) == 0)
			return expected;
	if (strncmp(pattern, "SHA256:", 7) != 0 || strpbrk(pattern, "*?"))
		return NULL;
	return strlen(pattern + 7) == SHA256_BASE64 && strspn(pattern + 7, base64) == SHA256_BASE64 ? NULL : expected;
}

static const struct criterion {
	const char *name;
	const char *(*wrong)(const char *pattern);
	bool (*match)(const struct config_subject *s, const char *patterns);
	const char *wanted;
} criteria[] = {
	{ "User", name_wrong, match_user, "a list of names or patterns" },
	{ "Group", name_wrong, match_group, "a list of names or patterns" },
	{ "Address", match_address_wrong, match_address, "a list of addresses, patterns or networks" },
	{ "Key", key_wrong, match_key, "a list of fingerprints, key ids or patterns" },
};

#define CRITERIA (sizeof criteria / sizeof *criteria)

const char *
config_criterion(size_t number)
{
	return number < CRITERIA ? criteria[number].name : NULL;
}

static const struct criterion *
find(const char *name)
{
	for (size_t i = 0; i < CRITERIA; i++)
		if (strcasecmp(name, criteria[i].name) == 0)
			return &criteria[i];
	return NULL;
}

int
config_match(const struct config_subject *subject, const char *criterion, const char *patterns)
{
	static const struct config_subject nobody = { .user = "", .address = "" };
	const struct criterion *c = find(criterion);

	return c ? c->match(subject ? subject : &nobody, patterns) : -EINVAL;
}

const char *
config_match_wrong(const char *criterion, const char *patterns, char found[MATCH_PATTERN_CAP])
{
	const struct criterion *c = find(criterion);

	found[0] = '\0';
	if (!c)
		return CONFIG_MATCH_CRITERIA;
	return patterns ? match_list_wrong(patterns, c->wrong, found) : c->wanted;
}
