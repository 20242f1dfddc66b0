/* SPDX-License-Identifier: MIT */
/* config_match: one criterion of a Match line in holdfast.conf. */
#ifndef HOLDFAST_CONFIG_MATCH_H
#define HOLDFAST_CONFIG_MATCH_H

#include "config.h"

#define CONFIG_MATCH_CRITERIA "User, Group, Address, Key or all"

/*
 * Whether SUBJECT (NULL: nobody) meets CRITERION ("User") with PATTERNS: 1 or 0.  -EINVAL: no such criterion;
 * -EBADMSG: no such patterns, and *wanted says what there should be.
 */
int config_match(const struct config_subject *subject, const char *criterion, const char *patterns,
                 const char **wanted);

#endif
