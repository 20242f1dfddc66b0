/* SPDX-License-Identifier: MIT */
#include "sdconf.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "hostfile.h"

#define DROPINS_MAX 128
#define DROPIN_NAME_CAP 128

const char *const sdconf_config_dirs[] = {
	"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", NULL,
};
const char *const sdconf_unit_dirs[] = {
	"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system", NULL,
};

const char *const *
sdconf_login_dirs(void)
{
	static const char *const elogind[] = { "/etc/elogind", "/run/elogind", "/usr/lib/elogind", NULL };
	bool runs = hostfile_exists("/run/systemd/system") != 1 && hostfile_exists("/run/systemd/seats") == 1;

	return runs ? elogind : sdconf_config_dirs;
}

/* The search, and its result. */
struct search {
	const char *section, *key;
	char *value;
	bool files, set;
	int trouble;
};

struct dropins {
	char names[DROPINS_MAX][DROPIN_NAME_CAP];
	size_t count;
};

/* The value of "KEY = value", or NULL for another key. */
static const char *
value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0)
		return NULL;
	line += n;
	line += strspn(line, " \t");
	return *line == '=' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

static void
search_text(struct search *s, char *text)
{
	char *line;
	bool here = false;

	while ((line = hostfile_line(&text))) {
		const char *value;
		size_t n = strlen(line);

		if (line[0] == '[' && n > 1 && line[n - 1] == ']') {
			here = strlen(s->section) == n - 2 && strncmp(line + 1, s->section, n - 2) == 0;
		} else if (here && (value = value_of(line, s->key))) {
			/* Part of a value is another one: then there is none that is known. */
			s->set = *value != '\0' && strlen(value) < SDCONF_VALUE_CAP;
			snprintf(s->value, SDCONF_VALUE_CAP, "%s", s->set ? value : "");
		}
	}
}

/* Whether there is a file; a mask, a link to /dev/null, has no settings. */
static bool
search_file(struct search *s, const char *path)
{
	char *text;
	int rc = hostfile_read(path, &text, NULL);

	if (rc == -ENOENT || rc == -ENOTDIR)
		return false;
	if (rc == 0) {
		s->files = true;
		search_text(s, text);
		free(text);
	} else if (rc != -EINVAL) {
		s->trouble = rc;
	}
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
add_dropin(struct dropins *d, const char *name)
{
	size_t n = strlen(name);

	if (n < 6 || n >= DROPIN_NAME_CAP || strcmp(name + n - 5, ".conf") != 0 || d->count == DROPINS_MAX)
		return;
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->names[i], name) == 0)
			return;
	memcpy(d->names[d->count++], name, n + 1);
}

static void
list_dropins(struct search *s, struct dropins *d, const char *const *dirs, const char *name)
{
	for (; *dirs; dirs++) {
		char path[PATH_CAP], full[PATH_CAP];
		struct dirent *e;
		DIR *dir;

		snprintf(path, sizeof path, "%s/%s.d", *dirs, name);
		dir = hostfile_path(full, sizeof full, path) ? NULL : opendir(full);
		if (!dir) {
			if (errno == EACCES)
				s->trouble = -EACCES;
			continue;
		}
		while ((e = readdir(dir)))
			add_dropin(d, e->d_name);
		closedir(dir);
	}
	qsort(d->names, d->count, sizeof d->names[0], by_name);
}

/* The first of DIRS that has FILE decides. */
static void
search_first(struct search *s, const char *const *dirs, const char *file)
{
	char path[PATH_CAP];

	for (; *dirs; dirs++) {
		if (snprintf(path, sizeof path, "%s/%s", *dirs, file) < (int)sizeof path && search_file(s, path))
			return;
	}
}

int
sdconf_get(const char *const *dirs, const char *name, const char *section, const char *key,
           char value[SDCONF_VALUE_CAP])
{
	char found[SDCONF_VALUE_CAP] = "", file[DROPIN_NAME_CAP * 2 + 8];
	struct search s = { .section = section, .key = key, .value = found };
	struct dropins *d = calloc(1, sizeof *d);

	if (!d)
		return -ENOMEM;
	search_first(&s, dirs, name);
	list_dropins(&s, d, dirs, name);
	for (size_t i = 0; i < d->count; i++) {
		if (snprintf(file, sizeof file, "%s.d/%s", name, d->names[i]) < (int)sizeof file)
			search_first(&s, dirs, file);
	}
	free(d);
	if (s.trouble)
		return s.trouble;
	if (!s.set)
		return s.files ? -ENODATA : -ENOENT;
	memcpy(value, found, sizeof found);
	return 0;
}

int
sdconf_get_default(const char *const *dirs, const char *name, const char *key, char value[SDCONF_VALUE_CAP])
{
	for (; *dirs; dirs++) {
		char path[PATH_CAP], *text, *rest, *line;
		const char *v;
		int rc;

		snprintf(path, sizeof path, "%s/%s", *dirs, name);
		if (hostfile_read(path, &text, NULL))
			continue;
		rc = -ENODATA;
		for (rest = text; rc && (line = hostfile_line(&rest));)
			if (line[0] == '#' && (v = value_of(line + 1, key)) && *v) {
				snprintf(value, SDCONF_VALUE_CAP, "%s", v);
				rc = 0;
			}
		free(text);
		if (!rc)
			return 0;
	}
	return -ENODATA;
}
