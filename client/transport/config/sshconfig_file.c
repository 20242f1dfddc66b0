/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keywords.h"
#include "list.h"
#include "pattern.h"
#include "sshconfig_expand.h"
#include "sshconfig_file.h"
#include "sshconfig_match.h"
#include "sshconfig_words.h"

#define DEPTH_MAX 16
#define ROWS_MAX 256
#define SYSTEM_DIR "/etc/ssh"

struct reader {
	struct sshconfig *c;
	bool seen[ROWS_MAX]; /* rows of keywords whose first value was there */
	bool active;         /* what Host and Match said last */
	bool system;         /* not a file of the user's */
	bool checked;        /* the file may belong to the user and root alone */
	struct sshconfig_scene scene;
	bool clear;          /* ClearAllForwardings */
	char *tag, *ignore;
	unsigned depth;
	const char *name; /* that is read, "command line" for -o */
	unsigned line;
	char *why;
	size_t cap;
};

static int __attribute__((format(printf, 2, 3)))
complain(struct reader *r, const char *format, ...)
{
	int n = snprintf(r->why, r->cap, r->line ? "%s line %u: " : "%s: ", r->name, r->line);
	va_list ap;

	va_start(ap, format);
	if (n >= 0 && (size_t)n < r->cap)
		vsnprintf(r->why + n, r->cap - (size_t)n, format, ap);
	va_end(ap);
	return -EINVAL;
}

static bool *
seen(struct reader *r, const char *name)
{
	return &r->seen[keyword_find(name, strlen(name)) - keyword_at(0)];
}

/* ---- keywords that say which lines count ---- */

static int
read_host(struct reader *r, char **words)
{
	r->active = sshconfig_host(&r->scene, words);
	return 0;
}

static int
read_match(struct reader *r, char **words)
{
	char why[200];
	int rc = sshconfig_match(&r->scene, words, why, sizeof(why));

	if (rc < 0)
		return complain(r, "%s", why);
	r->active = rc == 1;
	return 0;
}

static int read_file(struct reader *r, const char *path, bool must);

static int
include(struct reader *r, const char *word)
{
	char *expanded = NULL, *path = NULL;
	bool active = r->active;
	glob_t found;
	int n = 0, rc = 0;

	if (*word != '/' && *word != '~')
		n = asprintf(&path, "%s/%s", r->system ? SYSTEM_DIR : "~/.ssh", word);
	else if (r->system && *word == '~')
		return complain(r, "~ in an Include of the system's file: %s", word);
	if (n >= 0)
		expanded = sshconfig_expand(r->c, path ? path : word);
	free(path);
	if (!expanded)
		return complain(r, "Include %s cannot be expanded", word);
	n = glob(expanded, 0, NULL, &found);
	free(expanded);
	for (size_t i = 0; n == 0 && rc == 0 && i < found.gl_pathc; i++) {
		rc = read_file(r, found.gl_pathv[i], true);
		r->active = active;
	}
	if (n == 0)
		globfree(&found);
	return n == 0 || n == GLOB_NOMATCH ? rc : complain(r, "Include %s cannot be read", word);
}

static int
read_include(struct reader *r, char **words)
{
	int rc = 0;

	if (r->depth + 1 == DEPTH_MAX)
		return complain(r, "too many files in each other (Include)");
	for (; r->active && *words && rc == 0; words++)
		rc = include(r, *words);
	return rc;
}

static int
first(struct reader *r, char **field, const char *value)
{
	if (!r->active || *field)
		return 0;
	return (*field = strdup(value)) ? 0 : -ENOMEM;
}

static int
read_tag(struct reader *r, char **words)
{
	int rc = first(r, &r->tag, words[0]);

	r->scene.tag = r->tag;
	return rc;
}

static int
read_ignore(struct reader *r, char **words)
{
	return first(r, &r->ignore, words[0]);
}

static int
read_refuse(struct reader *r, char **words)
{
	return r->active ? complain(r, "RefuseConnection: %s", words[0]) : 0;
}

static int
read_clear(struct reader *r, char **words)
{
	bool *set = seen(r, "ClearAllForwardings");

	if (r->active && !*set) {
		*set = true;
		r->clear = strcasecmp(words[0], "yes") == 0 || strcasecmp(words[0], "true") == 0;
	}
	return 0;
}

static int
read_canonicalize(struct reader *r, char **words)
{
	bool *set = seen(r, "CanonicalizeHostname");

	if (!r->active || *set)
		return 0;
	*set = true;
	if (strcasecmp(words[0], "no") == 0 || strcasecmp(words[0], "false") == 0 || strcasecmp(words[0], "none") == 0)
		return 0;
	return complain(r, "CanonicalizeHostname needs ssh(1), which is not installed");
}

/* Only with CanonicalizeHostname. */
static int
read_nothing(struct reader *r, char **words)
{
	(void)r, (void)words;
	return 0;
}

static const struct { const char *name; int (*read)(struct reader *r, char **words); } resolving[] = {
	{ "Host", read_host }, { "Match", read_match }, { "Include", read_include }, { "Tag", read_tag },
	{ "IgnoreUnknown", read_ignore }, { "RefuseConnection", read_refuse }, { "ClearAllForwardings", read_clear },
	{ "CanonicalizeHostname", read_canonicalize }, { "CanonicalDomains", read_nothing },
	{ "CanonicalizeFallbackLocal", read_nothing }, { "CanonicalizeMaxDots", read_nothing },
	{ "CanonicalizePermittedCNAMEs", read_nothing },
};

static int
resolve(struct reader *r, const struct keyword *k, char **words)
{
	for (size_t i = 0; i < sizeof(resolving) / sizeof(resolving[0]); i++)
		if (strcmp(resolving[i].name, k->name) == 0)
			return resolving[i].read(r, words);
	return complain(r, "%s needs ssh(1), which is not installed", k->name);
}

/* ---- keywords with values ---- */

static bool
one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Each line of these adds to the ones before. */
static const char *const adding[] = { "CertificateFile", "DynamicForward", "IdentityFile", "LocalForward",
                                      "RemoteForward", "SendEnv", NULL };
/* The rest of the line, for a shell. */
static const char *const commands[] = { "KnownHostsCommand", "LocalCommand", "ProxyCommand", "RemoteCommand",
                                        "VersionAddendum", NULL };

static int
set(struct reader *r, const struct keyword *k, const char *value)
{
	char *line = NULL;
	int rc = asprintf(&line, "%s %s", k->name, value) < 0 ? -ENOMEM : sshconfig_line(r->c, line);

	free(line);
	return rc == -EINVAL ? complain(r, "%s: bad value: %s", k->name, value) : rc;
}

/* %h is the host as it was asked for; what follows (Match host) sees the name as it will be. */
static int
expand_hostname(struct sshconfig *c)
{
	char *text = c->hostname, *expanded;

	c->hostname = NULL;
	expanded = sshconfig_expand(c, text);
	free(text);
	c->hostname = expanded;
	for (char *s = expanded; s && *s; s++)
		*s = (char)tolower((unsigned char)*s);
	return expanded ? 0 : -EINVAL;
}

static int
take(struct reader *r, const struct keyword *k, char **words)
{
	bool *set_already = seen(r, k->name);
	char *value;
	int rc = 0;

	if (!r->active || (*set_already && !one_of(k->name, adding)) || k->how == KEYWORD_OBSOLETE)
		return 0;
	*set_already = true;
	if (strcmp(k->name, "ProxyCommand") == 0 || strcmp(k->name, "ProxyJump") == 0)
		*seen(r, "ProxyCommand") = *seen(r, "ProxyJump") = true; /* the first of the two */
	if ((rc = sshconfig_files(r->c, k->name, words)) != -EINVAL)
		return rc;
	rc = 0;
	if (strcmp(k->name, "SetEnv") == 0 || strcmp(k->name, "SendEnv") == 0) {
		for (; *words && rc == 0; words++)
			rc = set(r, k, *words);
		return rc;
	}
	if (!(value = sshconfig_joined(words)))
		return -ENOMEM;
	rc = set(r, k, value);
	if (rc == 0 && strcmp(k->name, "Hostname") == 0 && r->c->hostname && expand_hostname(r->c) < 0)
		rc = complain(r, "Hostname cannot be expanded: %s", value);
	free(value);
	return rc;
}

/* One line of a file, or one -o; TEXT is changed. */
static int
read_line(struct reader *r, char *text)
{
	char *value, **words = NULL;
	const struct keyword *k;
	bool quoted;
	size_t len;
	int rc;

	text += strspn(text, " \t\f");
	text[strcspn(text, "\r\n")] = '\0';
	if (!*text || *text == '#')
		return 0;
	quoted = *text == '"';
	text += quoted;
	len = strcspn(text, quoted ? "\"" : " \t\f=");
	if (quoted && !text[len])
		return complain(r, "a quote is open");
	value = text + len + quoted;
	value += strspn(value, " \t\f");
	if (*value == '=')
		value += 1 + strspn(value + 1, " \t\f");
	text[len] = '\0';
	if (!(k = keyword_find(text, len)))
		return r->ignore && pattern_list(r->ignore, text, true) > 0
		       ? 0 : complain(r, "Bad configuration option: %s", text);
	rc = one_of(k->name, commands) ? list_add(&words, value) : sshconfig_words(value, &words);
	if (rc == 0 && (!words || !words[0] || (!*words[0] && k->how != KEYWORD_RESOLVED)))
		rc = complain(r, "missing argument of %s", k->name);
	else if (rc == -EINVAL)
		rc = complain(r, "a quote is open");
	else if (rc == 0)
		rc = k->how == KEYWORD_RESOLVED ? resolve(r, k, words) : take(r, k, words);
	list_free(words);
	return rc;
}

/* As ssh has it: a configuration that others can write is no one's. */
static bool
well_owned(FILE *f)
{
	struct stat st;

	return fstat(fileno(f), &st) == 0 && (st.st_uid == 0 || st.st_uid == getuid()) && !(st.st_mode & 022);
}

static int
read_file(struct reader *r, const char *path, bool must)
{
	const char *outer = r->name;
	unsigned outer_line = r->line;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	int rc = 0;

	if (!f && !must)
		return 0;
	r->name = path;
	r->line = 0;
	r->depth++;
	if (!f)
		rc = complain(r, "%s", strerror(errno));
	else if (r->checked && !well_owned(f))
		rc = complain(r, "Bad owner or permissions");
	while (rc == 0 && getline(&line, &cap, f) >= 0) {
		r->line++;
		rc = read_line(r, line);
	}
	free(line);
	if (f)
		fclose(f);
	r->depth--;
	r->name = outer;
	r->line = outer_line;
	return rc;
}

static int
read_options(struct reader *r, char *const *options)
{
	char *copy;
	int rc = 0;

	r->name = "command line";
	r->line = 0;
	for (; options && *options && rc == 0; options++) {
		rc = (copy = strdup(*options)) ? read_line(r, copy) : -ENOMEM;
		free(copy);
	}
	return rc;
}

static int
read_files(struct reader *r, const char *file)
{
	char *own;
	int rc;

	r->active = true;
	r->system = r->checked = false;
	if (file)
		return strcasecmp(file, "none") == 0 ? 0 : read_file(r, file, true);
	if (!(own = sshconfig_expand(r->c, "~/.ssh/config")))
		return -ENOMEM;
	r->checked = true;
	rc = read_file(r, own, false);
	free(own);
	r->active = r->system = true;
	r->checked = false;
	return rc == 0 ? read_file(r, SYSTEM_DIR "/ssh_config", false) : rc;
}

/* What ssh takes where nothing is said. */
static int
add_defaults(struct reader *r)
{
	static const struct { const char *keyword, *value; } values[] = {
		{ "UserKnownHostsFile", "~/.ssh/known_hosts ~/.ssh/known_hosts2" },
		{ "GlobalKnownHostsFile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2" },
		{ "IdentityFile", "~/.ssh/id_rsa" }, { "IdentityFile", "~/.ssh/id_ecdsa" },
		{ "IdentityFile", "~/.ssh/id_ed25519" }, { "ObscureKeystrokeTiming", "yes" },
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) && rc == 0; i++)
		if (!*seen(r, values[i].keyword))
			rc = set(r, keyword_find(values[i].keyword, strlen(values[i].keyword)), values[i].value);
	return rc;
}

/* A second reading has added what was there; ClearAllForwardings holds for the command line too. */
static void
settle_lists(struct reader *r)
{
	struct sshconfig *c = r->c;
	char **const lists[] = { c->certificate_files, c->dynamic_forward, c->identity_files, c->local_forward,
	                         c->remote_forward, c->send_env };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		list_unique(lists[i]);
	if (r->clear) {
		list_empty(c->local_forward);
		list_empty(c->remote_forward);
		list_empty(c->dynamic_forward);
	}
}

/* Over everything again where "Match final" stands: values that are there stay. */
int
sshconfig_file(struct sshconfig *c, const char *file, char *const *options, char *why, size_t cap)
{
	struct reader r = { .c = c, .scene = { .c = c }, .active = true, .why = why, .cap = cap };
	int rc;

	*seen(&r, "User") = c->user != NULL;
	*seen(&r, "Port") = c->port_given;
	rc = read_options(&r, options);
	if (rc == 0)
		rc = read_files(&r, file);
	if (rc == 0 && r.scene.wants_final) {
		r.scene.final = true;
		rc = read_files(&r, file);
	}
	if (rc == 0)
		rc = add_defaults(&r);
	settle_lists(&r);
	free(r.tag);
	free(c->ignore_unknown);
	c->ignore_unknown = r.ignore;
	return rc;
}
