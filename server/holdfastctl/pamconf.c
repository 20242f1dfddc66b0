/* SPDX-License-Identifier: MIT */
#include "pamconf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hostfile.h"

#define DEPTH_MAX 16
#define LINES_MAX 4096
#define ALL_TYPES (-1)

static const char *const types[] = { "auth", "account", "password", "session" };

static int read_service(struct pamconf *c, const char *name, int only, int depth, const char *from);

static int __attribute__((format(printf, 3, 4)))
complain(struct pamconf *c, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof c->error, fmt, ap);
	va_end(ap);
	return rc;
}

static int
add(struct pamconf *c, enum pamconf_type type, const char *control, const char *module, const char *file,
    unsigned number)
{
	struct pamconf_line *v = c->count < LINES_MAX ? reallocarray(c->v, c->count + 1, sizeof *v) : NULL;

	if (!v)
		return -ENOMEM;
	c->v = v;
	v += c->count++;
	*v = (struct pamconf_line){ type, strdup(control), strdup(module), strdup(file), number };
	return v->control && v->module && v->file ? 0 : -ENOMEM;
}

static int
type_of(const char *word)
{
	word += word[0] == '-';
	for (int i = 0; i < (int)(sizeof types / sizeof *types); i++)
		if (strcasecmp(word, types[i]) == 0)
			return i;
	return -1;
}

/* Takes a word, or all of "[...]", out of *REST; NULL at the end or for a bracket that is not closed. */
static char *
word(char **rest)
{
	char *p = *rest + strspn(*rest, " \t"), *end;

	if (!*p)
		return NULL;
	if (*p == '[') {
		end = strchr(p, ']');
		if (!end)
			return NULL;
		end++;
	} else {
		end = p + strcspn(p, " \t");
	}
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
take_line(struct pamconf *c, char *line, int only, int depth, const char *file, unsigned number)
{
	char *first = word(&line), *control, *module;
	int type;

	if (!first)
		return 0;
	if (strcmp(first, "@include") == 0) {
		module = word(&line);
		return module ? read_service(c, module, only, depth + 1, file)
		              : complain(c, -EBADMSG, "%s:%u: @include without a name", file, number);
	}
	type = type_of(first);
	if (type < 0)
		return complain(c, -EBADMSG, "%s:%u: \"%.64s\" is none of auth, account, password, session", file,
		                number,
		                first);
	control = word(&line);
	if (!control || !control_ok(control))
		return complain(c, -EBADMSG, "%s:%u: \"%.64s\" is no control", file, number, control ? control
		                : line);
	module = word(&line);
	if (!module)
		return complain(c, -EBADMSG, "%s:%u: no module", file, number);
	if (only != ALL_TYPES && only != type)
		return 0;
	if (strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0)
		return read_service(c, module, type, depth + 1, file);
	return add(c, (enum pamconf_type)type, control, module, file, number);
}

/* Joins a line that ends in a backslash with the next one. */
static char *
whole_line(char **rest, unsigned *number)
{
	char *line = hostfile_raw_line(rest), *end;

	for (;;) {
		size_t n;

		if (!line)
			return NULL;
		++*number;
		line[strcspn(line, "#")] = '\0';
		for (n = strlen(line); n && strchr(" \t\r", line[n - 1]); n--)
			line[n - 1] = '\0';
		if (!n || line[n - 1] != '\\' || !*rest)
			return line;
		/* The next one is moved up to it. */
		line[n - 1] = ' ';
		end = hostfile_raw_line(rest);
		if (!end)
			return line;
		memmove(line + n, end, strlen(end) + 1);
	}
}

static int
read_service(struct pamconf *c, const char *name, int only, int depth, const char *from)
{
	static const char *const dirs[] = { "/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d" };
	char path[PATH_CAP], *text, *rest, *line;
	unsigned number = 0;
	int rc = -ENOENT;

	if (depth > DEPTH_MAX)
		return complain(c, -EBADMSG, "%s: includes go round in circles", from);
	for (size_t i = 0; rc == -ENOENT && i < sizeof dirs / sizeof *dirs; i++) {
		snprintf(path, sizeof path, "%s/%s", dirs[i], name);
		if (name[0] == '/')
			snprintf(path, sizeof path, "%s", name);
		rc = hostfile_read(path, &text, NULL);
	}
	if (rc == -ENOENT && depth)
		return complain(c, -EBADMSG, "%s includes %.200s, which is not there", from, name);
	if (rc)
		return complain(c, rc == -EINVAL ? -EBADMSG : rc, "%s: %s", path, strerror(-rc));
	for (rest = text; !rc && (line = whole_line(&rest, &number));)
		rc = take_line(c, line, only, depth, path, number);
	free(text);
	return rc;
}

int
pamconf_read(struct pamconf *c, const char *service)
{
	*c = (struct pamconf){ 0 };
	return read_service(c, service, ALL_TYPES, 0, service);
}

void
pamconf_free(struct pamconf *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->v[i].control);
		free(c->v[i].module);
		free(c->v[i].file);
	}
	free(c->v);
	*c = (struct pamconf){ 0 };
}

const struct pamconf_line *
pamconf_session(const struct pamconf *c, const char *module)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *slash = strrchr(c->v[i].module, '/');

		if (c->v[i].type == PAMCONF_SESSION && strcmp(slash ? slash + 1 : c->v[i].module, module) == 0)
			return &c->v[i];
	}
	return NULL;
}
