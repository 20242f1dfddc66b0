/* SPDX-License-Identifier: MIT */
/* sshconfig_match: whether the lines behind Host or Match count, by what is known of the host so far. */
#ifndef HOLDFAST_SSHCONFIG_MATCH_H
#define HOLDFAST_SSHCONFIG_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

struct sshconfig_scene {
	const struct sshconfig *c;
	const char *tag;  /* NULL: none */
	bool final;       /* this is the second reading */
	bool wants_final; /* set where "Match final" asks for one */
};

/* WORDS behind Host, which end with NULL: whether they mean the host. */
bool sshconfig_host(const struct sshconfig_scene *s, char *const *words);
/* WORDS behind Match: 1, 0, or -EINVAL and WHY (CAP bytes) says what only ssh can tell. */
int sshconfig_match(struct sshconfig_scene *s, char *const *words, char *why, size_t cap);

#endif
