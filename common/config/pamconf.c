/* SPDX-License-Identifier: MIT */
#include "pamconf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hostfile.h"

#define DEPTH_MAX 16
#define LINES_MAX 4096
#define FILES_MAX 256
#define ALL_TYPES (-1)

const char *const pamconf_for_logins[] = {
	"pam_motd.so", "pam_mail.so", "pam_lastlog.so", "pam_lastlog2.so", "pam_wtmpdb.so", "pam_exec.so", NULL,
};

static const char *const types[] = { "auth", "account", "password", "session" };

/* Where a file's lines go. */
struct where {
	int only;       /* the one type that is wanted, or ALL_TYPES */
	int depth;      /* of includes */
	unsigned level; /* of substacks */
	const char *from; /* the file that includes it */
};

/* Where a line stands. */
struct sessiondir {
	struct where in;
	const char *file;
	unsigned number;
};

static int read_service(struct pamconf *c, const char *name, const struct where *w);

static int __attribute__((format(printf, 3, 4)))
complain(struct pamconf *c, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof c->error, fmt, ap);
	va_end(ap);
	return rc;
}

/* Adds L, whose strings are borrowed. */
static int
add(struct pamconf *c, const struct pamconf_line *l)
{
	struct pamconf_line *v = reallocarray(c->v, c->count + 1, sizeof *v);

	if (!v)
		return -ENOMEM;
	c->v = v;
	v += c->count++;
	*v = *l;
	v->control = strdup(l->control);
	v->module = strdup(l->module);
	v->args = strdup(l->args);
	v->file = strdup(l->file);
	return v->control && v->module && v->args && v->file ? 0 : -ENOMEM;
}

static int
type_of(const char *word)
{
	for (int i = 0; i < (int)(sizeof types / sizeof *types); i++)
		if (strcasecmp(word, types[i]) == 0)
			return i;
	return -1;
}

/* Takes a word, or all of "[...]" ("\\]" in it ends it not), out of *REST; NULL at the end or for an open bracket. */
static char *
word(char **rest)
{
	char *p = *rest + strspn(*rest, " \t"), *end = p;

	if (!*p)
		return NULL;
	if (*p == '[') {
		while (*end && *end != ']')
			end += end[0] == '\\' && end[1] == ']' ? 2 : 1;
		if (!*end)
			return NULL;
		end++;
	} else {
		end = p + strcspn(p, " \t");
	}
	/* libpam reads text right behind a bracket as the next word.  This does not, and no real file has such text. */
	if (end[-1] == ']' && *p == '[' && *end && !strchr(" \t", *end))
		return NULL;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return p;
}

static bool
control_ok(const char *control)
{
	static const char *const known[] = { "required", "requisite", "sufficient", "optional", "include",
	                                    "substack" };

	if (control[0] == '[')
		return true;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(control, known[i]) == 0)
			return true;
	return false;
}

static int
include(struct pamconf *c, const char *name, const struct sessiondir *p, int only, bool substack)
{
	const struct where w = { only, p->in.depth + 1, p->in.level + substack, p->file };

	return read_service(c, name, &w);
}

/* The rest of a line behind its type. */
static int
take_rest(struct pamconf *c, struct pamconf_line *l, char *rest, const struct sessiondir *p)
{
	bool substack;
	int rc;

	l->control = word(&rest);
	if (!l->control || !control_ok(l->control))
		return complain(c, -EBADMSG, "%s:%u: \"%.64s\" is not a control value", p->file, p->number,
		                l->control ? l->control : rest);
	l->module = word(&rest);
	if (!l->module)
		return complain(c, -EBADMSG, "%s:%u: no module", p->file, p->number);
	if (p->in.only != ALL_TYPES && p->in.only != (int)l->type)
		return 0;
	substack = strcasecmp(l->control, "substack") == 0;
	if (!substack && strcasecmp(l->control, "include") != 0) {
		l->args = rest + strspn(rest, " \t");
		return add(c, l);
	}
	l->args = rest + strlen(rest);
	l->substack = substack;
	rc = substack ? add(c, l) : 0;
	return rc ? rc : include(c, l->module, p, (int)l->type, substack);
}

static int
take_line(struct pamconf *c, char *line, const struct sessiondir *p)
{
	struct pamconf_line l = { .level = p->in.level, .file = (char *)(uintptr_t)p->file, .number = p->number };
	char *first = word(&line), *name;
	int type;

	if (!first)
		return 0;
	if (c->count >= LINES_MAX)
		return complain(c, -EBADMSG, "%s:%u: more than %d lines", p->file, p->number, LINES_MAX);
	l.silent = first[0] == '-';
	first += l.silent;
	if (strcasecmp(first, "@include") == 0) {
		name = word(&line);
		return name ? include(c, name, p, p->in.only, false)
		            : complain(c, -EBADMSG, "%s:%u: @include without a file name", p->file, p->number);
	}
	type = type_of(first);
	if (type < 0)
		return complain(c, -EBADMSG, "%s:%u: \"%.64s\" is not auth, account, password or session", p->file,
		                p->number, first);
	l.type = (enum pamconf_type)type;
	return take_rest(c, &l, line, p);
}

/* Cuts a comment and blanks at the end off LINE: whether it ended in a backslash, which has become a blank. */
static bool
trim(char *line)
{
	size_t comment = strcspn(line, "#"), n;
	bool whole = line[comment] != '\0';

	line[comment] = '\0';
	for (n = strlen(line); n && strchr(" \t\r", line[n - 1]); n--)
		line[n - 1] = '\0';
	/* Before a comment it is a word of its own. */
	if (whole || !n || line[n - 1] != '\\')
		return false;
	line[n - 1] = ' ';
	return true;
}

/*
 * The next line with its continuation lines, without empty lines and comments between them.  NULL at the end; *OPEN is
 * set if the file ends in the middle of a line.
 */
static char *
whole_line(char **rest, unsigned *number, bool *open)
{
	char *line = hostfile_raw_line(rest), *next;
	size_t part = 0; /* where in LINE the last one of them begins */

	*open = false;
	if (!line)
		return NULL;
	++*number;
	while (trim(line + part)) {
		*open = true;
		do {
			next = hostfile_raw_line(rest);
			if (!next)
				return NULL;
			++*number;
		} while (!next[strspn(next, " \t\r")] || next[strspn(next, " \t\r")] == '#');
		/* It is moved up to the line. */
		part = strlen(line);
		memmove(line + part, next, strlen(next) + 1);
	}
	*open = false;
	return line;
}

/* Finds the file NAME, as libpam does: its path in PATH and its text, or a negative errno. */
static int
open_service(const char *name, char path[PATH_CAP], char **text)
{
	static const char *const dirs[] = { "/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d" };
	int rc = -ENOENT;

	for (size_t i = 0; rc == -ENOENT && i < sizeof dirs / sizeof *dirs; i++) {
		if (snprintf(path, PATH_CAP, name[0] == '/' ? "%.0s%s" : "%s/%s", dirs[i], name) >= PATH_CAP)
			return -ENAMETOOLONG;
		rc = hostfile_read(path, text, NULL);
	}
	return rc;
}

static int
read_service(struct pamconf *c, const char *name, const struct where *w)
{
	struct sessiondir p = { .in = *w };
	char path[PATH_CAP] = "", *text, *rest, *line;
	bool open = false;
	int rc;

	if (w->depth > DEPTH_MAX)
		return complain(c, -EBADMSG, "%s: the file includes itself", w->from);
	if (c->files++ >= FILES_MAX)
		return complain(c, -EBADMSG, "%s: more than %d included files", w->from, FILES_MAX);
	rc = open_service(name, path, &text);
	if (rc == -ENOENT && w->depth)
		return complain(c, -EBADMSG, "%s includes %.200s, which does not exist", w->from, name);
	if (rc)
		return complain(c, rc == -EINVAL ? -EBADMSG : rc, "%s: %s", path, strerror(-rc));
	p.file = path;
	for (rest = text; !rc && (line = whole_line(&rest, &p.number, &open));)
		rc = take_line(c, line, &p);
	if (!rc && open)
		rc = complain(c, -EBADMSG, "%s:%u: the file ends in the middle of a line", path, p.number);
	free(text);
	return rc;
}

int
pamconf_read(struct pamconf *c, const char *service)
{
	const struct where w = { ALL_TYPES, 0, 0, service };

	*c = (struct pamconf){ 0 };
	return read_service(c, service, &w);
}

void
pamconf_free(struct pamconf *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->v[i].control);
		free(c->v[i].module);
		free(c->v[i].args);
		free(c->v[i].file);
	}
	free(c->v);
	*c = (struct pamconf){ 0 };
}

const char *
pamconf_type_name(enum pamconf_type type)
{
	return types[type];
}

const char *
pamconf_module_name(const struct pamconf_line *l)
{
	const char *slash = strrchr(l->module, '/');

	return slash ? slash + 1 : l->module;
}

bool
pamconf_has_type(const struct pamconf *c, enum pamconf_type type)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->v[i].type == type && !c->v[i].substack)
			return true;
	return false;
}

bool
pamconf_has_arg(const struct pamconf_line *l, const char *word)
{
	size_t len = strlen(word), n;

	for (const char *p = l->args; *(p += strspn(p, " \t")); p += n) {
		n = strcspn(p, " \t");
		if (n == len && memcmp(p, word, n) == 0)
			return true;
	}
	return false;
}

static bool
is_session(const struct pamconf_line *l, const char *module)
{
	return l->type == PAMCONF_SESSION && !l->substack && strcmp(pamconf_module_name(l), module) == 0;
}

const struct pamconf_line *
pamconf_session(const struct pamconf *c, const char *module)
{
	for (size_t i = 0; i < c->count; i++)
		if (is_session(&c->v[i], module))
			return &c->v[i];
	return NULL;
}

const struct pamconf_line *
pamconf_session_arg(const struct pamconf *c, const char *module, const char *word, bool with)
{
	for (size_t i = 0; i < c->count; i++)
		if (is_session(&c->v[i], module) && pamconf_has_arg(&c->v[i], word) == with)
			return &c->v[i];
	return NULL;
}
