/* SPDX-License-Identifier: MIT */
/* config_match: whom a Match line in holdfast.conf is for, one criterion at a time. */
#ifndef HOLDFAST_CONFIG_MATCH_H
#define HOLDFAST_CONFIG_MATCH_H

/* Whom the policy is for: what Match looks at.  GROUPS and KEYS end with NULL, or are NULL. */
struct config_subject {
	const char *user;
	const char *const *groups;
	const char *address; /* numeric, or "" */
	const char *const *keys; /* "SHA256:…" of the keys of a login, and the key ids of its certificates */
};

#define CONFIG_MATCH_CRITERIA "User, Group, Address, Key or all"

/*
 * Whether SUBJECT (NULL: no user) meets CRITERION ("User") with PATTERNS: 1 or 0.  -EINVAL: no such criterion;
 * -EBADMSG: no such patterns, and *wanted says what there should be.
 */
int config_match(const struct config_subject *subject, const char *criterion, const char *patterns,
                 const char **wanted);

#endif
