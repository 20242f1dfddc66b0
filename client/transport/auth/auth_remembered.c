/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth_key.h"
#include "auth_remembered.h"
#include "remembered.h"
#include "target.h"

#define RENEWED_S (REMEMBERED_S / 4) /* older facts are written again */
#define HASH_CAP 17

/* Which key that was (FNV-1a): no more than a hint, since only a key that comes first anyway is compared. */
static void
hash_of(const char *key, char out[HASH_CAP])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
	snprintf(out, HASH_CAP, "%016" PRIx64, hash);
}

/* "METHODS HASH"; the time since then in seconds, -1: there is none. */
static long
look(const struct auth *a, int *methods, char hash[HASH_CAP])
{
	char account[REMEMBERED_HOST_CAP], text[REMEMBERED_HOST_CAP];
	long age;
	int end = 0;

	target_account(a->target, account, sizeof(account));
	age = account[0] ? remembered_text(REMEMBERED_LOGIN, account, text, sizeof(text)) : -1;
	if (age < 0 || sscanf(text, "%9d %16[0-9a-f]%n", methods, hash, &end) != 2 || text[end] || *methods <= 0)
		return -1;
	return age;
}

bool
auth_remembered_get(struct auth *a)
{
	struct target_login *l = &a->target->login;
	char then[HASH_CAP], now[HASH_CAP], *key = NULL;
	const char *file;
	int methods;

	if (look(a, &methods, then) < 0 || auth_key_first(a, &key, &file) < 0)
		return false;
	hash_of(key, now);
	if (strcmp(then, now) != 0) {
		free(key);
		return false;
	}
	target_login_forget(l);
	l->methods = methods;
	l->key = key;
	l->file = file ? strdup(file) : NULL;
	return !file || l->file;
}

void
auth_remembered_put(const struct auth *a)
{
	const struct target_login *l = &a->target->login;
	char account[REMEMBERED_HOST_CAP], text[64], then[HASH_CAP], now[HASH_CAP];
	long age;
	int methods;

	target_account(a->target, account, sizeof(account));
	if (!account[0] || !l->key || l->certificate || !l->methods)
		return;
	hash_of(l->key, now);
	age = look(a, &methods, then);
	if (age >= 0 && age < RENEWED_S && methods == l->methods && strcmp(then, now) == 0)
		return;
	snprintf(text, sizeof(text), "%d %s", l->methods, now);
	remembered_set_text(REMEMBERED_LOGIN, account, text);
}
