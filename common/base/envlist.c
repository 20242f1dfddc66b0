/* SPDX-License-Identifier: MIT */
#include "envlist.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
envlist_free(struct envlist *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->v[i]);
	free(e->v);
	*e = (struct envlist)ENVLIST_INIT;
}

/* The index of the entry whose name is the NAME_LEN bytes at NAME, or the count. */
static size_t
find(const struct envlist *e, const char *name, size_t name_len)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strncmp(e->v[i], name, name_len) == 0 && e->v[i][name_len] == '=')
			break;
	return i;
}

int
envlist_set(struct envlist *e, const char *entry)
{
	const char *eq = strchr(entry, '=');
	size_t len = strlen(entry) + 1, at, old;
	char *copy;

	if (!eq || eq == entry)
		return -EINVAL;
	at = find(e, entry, (size_t)(eq - entry));
	old = at < e->count ? strlen(e->v[at]) + 1 : 0;
	if (e->bytes - old + len > ENV_BYTES_MAX || (at == e->count && e->count == ENV_COUNT_MAX))
		return -E2BIG;
	if (!e->v && !(e->v = calloc(ENV_COUNT_MAX + 1, sizeof *e->v)))
		return -ENOMEM;
	copy = strdup(entry);
	if (!copy)
		return -ENOMEM;
	if (at < e->count)
		free(e->v[at]);
	else
		e->v[++e->count] = NULL;
	e->v[at] = copy;
	e->bytes = e->bytes - old + len;
	return 0;
}

int
envlist_set_value(struct envlist *e, const char *name, const char *value)
{
	char *entry;
	int rc;

	if (asprintf(&entry, "%s=%s", name, value) < 0)
		return -ENOMEM;
	rc = envlist_set(e, entry);
	free(entry);
	return rc;
}

void
envlist_unset(struct envlist *e, const char *name)
{
	size_t at = find(e, name, strlen(name));

	if (at == e->count)
		return;
	e->bytes -= strlen(e->v[at]) + 1;
	free(e->v[at]);
	memmove(&e->v[at], &e->v[at + 1], (e->count - at) * sizeof *e->v);
	e->count--;
}

const char *
envlist_get(const struct envlist *e, const char *name)
{
	size_t len = strlen(name), at = find(e, name, len);

	return at < e->count ? e->v[at] + len + 1 : NULL;
}

void
envlist_put(struct wire_writer *w, const struct envlist *e)
{
	wire_put_u32(w, (uint32_t)e->count);
	for (size_t i = 0; i < e->count; i++)
		wire_put_cstring(w, e->v[i]);
}

/* One string of a message, copied with a NUL behind it and set. */
static int
set_view(struct envlist *e, struct wire_bytes view)
{
	char *entry = strndup((const char *)view.data, view.len);
	int rc;

	if (!entry)
		return -ENOMEM;
	rc = strlen(entry) == view.len ? envlist_set(e, entry) : -EBADMSG;
	free(entry);
	return rc == -EINVAL ? -EBADMSG : rc;
}

int
envlist_get_from(struct wire_reader *r, struct envlist *e)
{
	uint32_t count;
	int rc = 0;

	*e = (struct envlist)ENVLIST_INIT;
	wire_get_u32(r, &count);
	if (count > ENV_COUNT_MAX)
		rc = -E2BIG;
	for (uint32_t i = 0; !rc && !r->err && i < count; i++) {
		struct wire_bytes view;

		wire_get_string(r, &view, ENV_BYTES_MAX);
		rc = r->err ? r->err : set_view(e, view);
	}
	if (!rc)
		rc = r->err;
	if (rc)
		envlist_free(e);
	return rc;
}
