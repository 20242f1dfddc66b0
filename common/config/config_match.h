/* SPDX-License-Identifier: MIT */
/* config_match: checks a login against the criteria of a Match line in holdfast.conf, one at a time. */
#ifndef HOLDFAST_CONFIG_MATCH_H
#define HOLDFAST_CONFIG_MATCH_H

#include <stddef.h>

#include "match.h"

/* The login that Match lines look at.  GROUPS and KEYS end with NULL, or are NULL. */
struct config_subject {
	const char *user;
	const char *const *groups;
	const char *address; /* numeric, or "" */
	const char *const *keys; /* "SHA256:…" of the keys of a login, and the key ids of its certificates */
};

#define CONFIG_MATCH_CRITERIA "User, Group, Address, Key or all"

/*
 * Whether SUBJECT (NULL: no user) matches CRITERION ("User") with PATTERNS: 1 or 0; -EINVAL: unknown criterion.  A
 * pattern that is not valid matches nothing.
 */
int config_match(const struct config_subject *subject, const char *criterion, const char *patterns);
/*
 * NULL if CRITERION is one, and PATTERNS (NULL: there are none) are valid and can match a login; else what was
 * expected, and in FOUND the pattern in the place of which that was, or "".
 */
const char *config_match_wrong(const char *criterion, const char *patterns, char found[MATCH_PATTERN_CAP]);
/* The name of the criterion NUMBER, from 0; NULL behind the last one. */
const char *config_criterion(size_t number);

#endif
