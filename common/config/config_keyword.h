/* SPDX-License-Identifier: MIT */
/*
 * config_keyword: the keywords of holdfast.conf, a row each: which values there are, and where in the policy they go.
 */
#ifndef HOLDFAST_CONFIG_KEYWORD_H
#define HOLDFAST_CONFIG_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "config_kind.h"

/* The row NUMBER, from 0; NULL behind the last one. */
const struct config_keyword *config_keyword(size_t number);
/* The number of the keyword NAME, in any case, or -ENOENT. */
int config_keyword_find(const char *name);

/* Reads VALUE into *p: 0 or -EBADMSG.  A list grows by it. */
int config_keyword_set(const struct config_keyword *k, struct config_policy *p, const char *value);
/* Whether several values may follow; then its list in *p is empty after config_keyword_clear. */
bool config_keyword_is_list(const struct config_keyword *k);
/* Whether its value holds for the whole host: no Match line may stand above it. */
bool config_keyword_is_host(const struct config_keyword *k);
/* Whether no word is missing in the list in *p. */
bool config_keyword_is_whole(const struct config_keyword *k, const struct config_policy *p);
void config_keyword_clear(const struct config_keyword *k, struct config_policy *p);
/* The value in *p as it would stand in the file. */
void config_keyword_put(const struct config_keyword *k, const struct config_policy *p, char out[CONFIG_VALUE_CAP]);

#endif
