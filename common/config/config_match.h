/* SPDX-License-Identifier: MIT */
/* config_match: checks a login against the criteria of a Match line in holdfast.conf, one at a time. */
#ifndef HOLDFAST_CONFIG_MATCH_H
#define HOLDFAST_CONFIG_MATCH_H

/* The login that Match lines look at.  GROUPS and KEYS end with NULL, or are NULL. */
struct config_subject {
	const char *user;
	const char *const *groups;
	const char *address; /* numeric, or "" */
	const char *const *keys; /* "SHA256:…" of the keys of a login, and the key ids of its certificates */
};

#define CONFIG_MATCH_CRITERIA "User, Group, Address, Key or all"

/*
 * Whether SUBJECT (NULL: no user) matches CRITERION ("User") with PATTERNS: 1 or 0.  -EINVAL: unknown criterion;
 * -EBADMSG: invalid patterns, and *wanted describes valid ones.
 */
int config_match(const struct config_subject *subject, const char *criterion, const char *patterns,
                 const char **wanted);

#endif
