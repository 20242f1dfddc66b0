/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "secretmem.h"
#include "secrets.h"

struct secret {
	char name[SECRET_NAME_CAP];
	char value[SECRET_CAP];
};

struct secrets {
	pthread_mutex_t lock;
	struct secret *v; /* SECRETS_MAX of them, locked */
};

struct secrets *
secrets_new(void)
{
	struct secrets *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	/* without the right to lock memory it is better not to keep them than to have them on a swap partition */
	s->v = secretmem_new(SECRETS_MAX * sizeof(*s->v));
	if (!s->v) {
		free(s);
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void
secrets_free(struct secrets *s)
{
	if (!s)
		return;
	secretmem_free(s->v, SECRETS_MAX * sizeof(*s->v));
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct secret *
find(struct secrets *s, const char *name)
{
	for (size_t i = 0; i < SECRETS_MAX; i++)
		if (strcmp(s->v[i].name, name) == 0)
			return &s->v[i];
	return NULL;
}

int
secrets_get(struct secrets *s, const char *name, char *value, size_t cap)
{
	const struct secret *found;
	int r = -ENOENT;

	if (!s || !name[0])
		return r;
	pthread_mutex_lock(&s->lock);
	found = find(s, name);
	if (found && strlen(found->value) < cap) {
		memcpy(value, found->value, strlen(found->value) + 1);
		r = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

void
secrets_put(struct secrets *s, const char *name, const char *value)
{
	struct secret *slot;

	if (!s || !name[0] || strlen(name) >= SECRET_NAME_CAP || strlen(value) >= SECRET_CAP)
		return;
	pthread_mutex_lock(&s->lock);
	slot = find(s, name);
	if (!slot)
		slot = find(s, "");
	if (slot) {
		secretmem_wipe(slot, sizeof(*slot));
		memcpy(slot->name, name, strlen(name));
		memcpy(slot->value, value, strlen(value));
	}
	pthread_mutex_unlock(&s->lock);
}

void
secrets_forget(struct secrets *s, const char *name)
{
	struct secret *found;

	if (!s || !name[0])
		return;
	pthread_mutex_lock(&s->lock);
	found = find(s, name);
	if (found)
		secretmem_wipe(found, sizeof(*found));
	pthread_mutex_unlock(&s->lock);
}
