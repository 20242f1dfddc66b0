/* SPDX-License-Identifier: MIT */
/* config_kind: what a keyword of holdfast.conf consists of, and how values are read and shown, a kind each. */
#ifndef HOLDFAST_CONFIG_KIND_H
#define HOLDFAST_CONFIG_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config_policy.h"

#define CONFIG_VALUE_CAP (CONFIG_POOL_URLS_CAP + 16)

struct config_keyword {
	const char *name;
	const struct config_kind *kind;
	size_t at;                /* where the value is in struct config_policy */
	uint64_t min, max;        /* of numbers, times and sizes; of a text, MAX is the size of its array */
	const char *const *words; /* of a choice, by the value's number, ended by NULL */
	const char *refused;      /* of a list, the letters that no value has */
	const char *expected;     /* valid values, in words */
};

struct config_kind {
	/* AT is the place in a policy: 0 or -EBADMSG. */
	int (*read)(const struct config_keyword *k, void *at, const char *value);
	void (*show)(const struct config_keyword *k, const void *at, char out[CONFIG_VALUE_CAP]);
	bool list;                     /* several words may follow: READ is called for each */
	bool host;                     /* the value does not differ from login to login */
	void (*clear)(void *at);       /* of a list: NULL makes an empty text of it */
	bool (*whole)(const void *at); /* of a list: whether no word is missing; NULL: none can be */
};

#endif
