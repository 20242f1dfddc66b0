/* SPDX-License-Identifier: MIT */
#include "sshdconf.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config_match.h"
#include "hostfile.h"

#define DEPTH_MAX 16
#define LINES_MAX 20000

static int read_file(struct sshdconf *c, const char *path, bool in_match, int depth);

static int
add(struct sshdconf *c, const char *key, const char *value, const char *file, unsigned number, bool in_match)
{
	struct sshdconf_line *v, *l;

	if (c->count == LINES_MAX)
		return -E2BIG;
	v = reallocarray(c->v, c->count + 1, sizeof *v);
	if (!v)
		return -ENOMEM;
	c->v = v;
	l = &v[c->count++];
	*l = (struct sshdconf_line){ .number = number, .in_match = in_match };
	l->key = strdup(key);
	l->value = strdup(value);
	l->file = file ? strdup(file) : NULL;
	if (!l->key || !l->value || (file && !l->file))
		return -ENOMEM;
	for (char *p = l->key; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return 0;
}

/* Splits "Keyword value", "Keyword=value" and "Keyword = value"; cuts a comment behind it off.  Whether it is one. */
static bool
split(char *line, char **key, char **value)
{
	bool quoted = false;
	char *p;

	if (!line[0] || line[0] == '#')
		return false;
	*key = line;
	p = line + strcspn(line, " \t=");
	*value = p;
	if (*p) {
		bool equals = *p == '=';

		*p++ = '\0';
		p += strspn(p, " \t");
		if (!equals && *p == '=')
			p += 1 + strspn(p + 1, " \t");
		*value = p;
	}
	for (p = *value; *p; p++) {
		quoted ^= *p == '"';
		if (*p == '#' && !quoted && p > *value && (p[-1] == ' ' || p[-1] == '\t')) {
			while (p > *value && (p[-1] == ' ' || p[-1] == '\t'))
				p--;
			*p = '\0';
			break;
		}
	}
	return true;
}

/* Calls read_file for each file that a pattern stands for. */
static int
include_one(struct sshdconf *c, const char *pattern, bool in_match, int depth)
{
	char path[PATH_CAP], full[PATH_CAP], prefix[PATH_CAP] = "";
	glob_t g = { 0 };
	int rc = 0;

	if (snprintf(path, sizeof path, "%s%s", pattern[0] == '/' ? "" : "/etc/ssh/",
	             pattern) >= (int)sizeof path ||
	    hostfile_path(full, sizeof full, path) || hostfile_path(prefix, sizeof prefix, ""))
		return -ENAMETOOLONG;
	if (glob(full, 0, NULL, &g) == 0)
		for (size_t i = 0; !rc && i < g.gl_pathc; i++)
			rc = read_file(c, g.gl_pathv[i] + strlen(prefix), in_match, depth + 1);
	globfree(&g);
	return rc;
}

static int
include(struct sshdconf *c, const char *value, bool in_match, int depth)
{
	char *copy = strdup(value), *save = NULL;
	int rc = copy ? 0 : -ENOMEM;

	for (char *w = copy ? strtok_r(copy, " \t\"", &save) : NULL; !rc && w; w = strtok_r(NULL, " \t\"", &save))
		rc = include_one(c, w, in_match, depth);
	free(copy);
	return rc;
}

static int
read_text(struct sshdconf *c, const char *path, char *text, bool in_match, int depth)
{
	const bool around = in_match;
	unsigned number = 0;
	char *line;
	int rc = 0;

	while (!rc && (line = hostfile_line(&text))) {
		char *key, *value;

		number++;
		if (!split(line, &key, &value))
			continue;
		if (strcasecmp(key, "Match") == 0) {
			in_match = around || strcasecmp(value, "all") != 0;
			c->matches |= in_match;
		}
		rc = add(c, key, value, path, number, in_match);
		if (!rc && strcasecmp(key, "Include") == 0)
			rc = include(c, value, in_match, depth);
	}
	return rc;
}

static int
read_file(struct sshdconf *c, const char *path, bool in_match, int depth)
{
	char *text;
	int rc = depth > DEPTH_MAX ? -ELOOP : hostfile_read(path, &text, NULL);

	if (rc == -ENOENT && depth)
		return 0;
	if (rc == -EACCES && depth) {
		snprintf(c->hidden, sizeof c->hidden, "%s", path);
		return 0;
	}
	if (rc)
		return rc;
	rc = read_text(c, path, text, in_match, depth);
	free(text);
	return rc;
}

int
sshdconf_read(struct sshdconf *c)
{
	int rc;

	*c = (struct sshdconf){ 0 };
	rc = read_file(c, SSHDCONF_FILE, false, 0);
	if (rc == -ENOENT) {
		rc = read_file(c, SSHDCONF_VENDOR_FILE, false, 0);
		c->vendors = !rc;
	}
	if (rc)
		sshdconf_free(c);
	return rc;
}

int
sshdconf_parse_told(struct sshdconf *c, char *text)
{
	char *line;
	int rc = 0;

	*c = (struct sshdconf){ .told = true };
	while (!rc && (line = hostfile_line(&text))) {
		char *key, *value;

		if (split(line, &key, &value))
			rc = add(c, key, value, NULL, 0, false);
	}
	/* A word that is always there: else this was something else. */
	if (!rc && !sshdconf_get(c, "usepam") && !sshdconf_get(c, "port"))
		rc = -EBADMSG;
	if (rc)
		sshdconf_free(c);
	return rc;
}

void
sshdconf_free(struct sshdconf *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->v[i].key);
		free(c->v[i].value);
		free(c->v[i].file);
	}
	free(c->v);
	*c = (struct sshdconf){ 0 };
}

const char *
sshdconf_get(const struct sshdconf *c, const char *key)
{
	for (size_t i = 0; i < c->count; i++)
		if (!c->v[i].in_match && strcmp(c->v[i].key, key) == 0)
			return c->v[i].value;
	return NULL;
}

const struct sshdconf_line *
sshdconf_subsystem(const struct sshdconf *c, const char *name, const char **command)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < c->count; i++) {
		const char *v = c->v[i].value;

		if (strcmp(c->v[i].key, "subsystem") != 0 || strncmp(v, name, n) != 0 || (v[n] != ' ' &&
		                                                                          v[n] != '\t'))
			continue;
		*command = v + n + strspn(v + n, " \t");
		return &c->v[i];
	}
	return NULL;
}

/*
 * Whether IS accepts, with ARG, a word of the lines KEY that hold for all connections.  Lines may have any length, as
 * in sshd.
 */
static bool
any_word(const struct sshdconf *c, const char *key, bool (*is)(const char *word, const char *arg), const char *arg)
{
	bool found = false;

	for (size_t i = 0; !found && i < c->count; i++) {
		char *copy, *save = NULL;

		if (c->v[i].in_match || strcmp(c->v[i].key, key) != 0 || !(copy = strdup(c->v[i].value)))
			continue;
		for (char *w = strtok_r(copy, " \t\"", &save); !found && w; w = strtok_r(NULL, " \t\"", &save))
			found = is(w, arg);
		free(copy);
	}
	return found;
}

static bool
is_pattern_of(const char *word, const char *name)
{
	return fnmatch(word, name, 0) == 0;
}

static bool
is_assignment_to(const char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) == 0 && word[len] == '=';
}

static bool
is_pattern_of_path(const char *word, const char *path)
{
	char pattern[PATH_CAP];

	return snprintf(pattern, sizeof pattern, "%s%s", word[0] == '/' ? "" : "/etc/ssh/", word) < (int)sizeof pattern &&
	       fnmatch(pattern, path, FNM_PATHNAME) == 0;
}

bool
sshdconf_accepts(const struct sshdconf *c, const char *name)
{
	return any_word(c, "acceptenv", is_pattern_of, name);
}

bool
sshdconf_sets(const struct sshdconf *c, const char *name)
{
	return any_word(c, "setenv", is_assignment_to, name);
}

bool
sshdconf_includes(const struct sshdconf *c, const char *path)
{
	return any_word(c, "include", is_pattern_of_path, path);
}

/* Whether the criteria of a Match line, all of which we can tell of, hold for WHO. */
static bool
holds(const char *criteria, const struct config_subject *who)
{
	char *copy = strdup(criteria), *save = NULL;
	bool yes = copy != NULL;

	for (char *w = copy ? strtok_r(copy, " \t\"=", &save) : NULL; yes && w; w = strtok_r(NULL, " \t\"=", &save)) {
		const char *patterns;

		if (strcasecmp(w, "all") == 0)
			continue;
		patterns = strtok_r(NULL, " \t\"=", &save);
		yes = patterns && config_match(who, w, patterns) > 0;
	}
	free(copy);
	return yes;
}

const char *
sshdconf_for(const struct sshdconf *c, const char *key, const struct config_subject *who)
{
	bool in_force = true;

	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->v[i].key, "match") == 0)
			in_force = holds(c->v[i].value, who);
		else if (strcmp(c->v[i].key, key) == 0 && (!c->v[i].in_match || in_force))
			return c->v[i].value;
	}
	return NULL;
}
