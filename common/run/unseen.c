/* SPDX-License-Identifier: MIT */
#include "unseen.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *const prefixes[] = { [UNSEEN_OFF] = ".off.", [UNSEEN_AWAY] = ".away." };

/* FNV-1a: users have numbers of their own, as far as there are enough. */
static unsigned
number_of(const char *user)
{
	uint32_t h = 2166136261u;

	for (; *user; user++)
		h = (h ^ (unsigned char)*user) * 16777619u;
	return (h ^ h >> 16) % UNSEEN_USERS;
}

void
unseen_name(enum unseen kind, const char *user, unsigned n, char out[UNSEEN_NAME])
{
	snprintf(out, UNSEEN_NAME, "%s%u.%u", prefixes[kind], number_of(user), n % UNSEEN_EACH);
}

enum unseen
unseen_kind(const char *name)
{
	for (size_t i = UNSEEN_OFF; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return (enum unseen)i;
	return UNSEEN_NONE;
}
