/* SPDX-License-Identifier: MIT */
#include "pamlimits.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "hostfile.h"

#define BLANKS " \t\r\f\v"

/* Whom a line means, the most exact first, in the module's order. */
enum exactness { BY_USER, BY_GROUP, BY_COUNTED_GROUP, BY_PERCENT, BY_ASTERISK, BY_NONE };

enum range { RANGE_NONE, RANGE_ONE, RANGE_FROM, RANGE_FROM_TO, RANGE_BAD };

struct domain {
	const char *text;
	enum range range;
	uint32_t min, max;
};

struct reading {
	const struct pamlimits_user *user;
	enum exactness exact; /* of the line that the limit is from */
	int logins;
	bool system;          /* the last line that means the user says maxsyslogins */
	gid_t group;          /* of the last line with a %group that the user is in */
	bool mentioned;
};

/* One number of a range, at the end of TEXT or before a colon. */
static bool
parse_id(const char *text, uint32_t *id, const char **end)
{
	char *stop;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &stop, 10);
	*end = stop;
	*id = (uint32_t)v;
	return !errno && stop != text;
}

/* "min:max", "min:" or ":one", behind @ or % or neither. */
static struct domain
parse_domain(const char *text)
{
	struct domain d = { .text = text, .range = RANGE_NONE };
	const char *from = text + (text[0] == '@' || text[0] == '%'), *colon = strchr(text, ':'), *end;

	if (!colon)
		return d;
	d.range = RANGE_BAD;
	if (from != colon && (!parse_id(from, &d.min, &end) || end != colon))
		return d;
	if (colon[1] && (!parse_id(colon + 1, &d.max, &end) || *end))
		return d;
	if (from == colon && !colon[1])
		return d;
	d.range = from == colon ? RANGE_ONE : colon[1] ? RANGE_FROM_TO : RANGE_FROM;
	if (from == colon)
		d.min = d.max;
	return d;
}

static bool
in_range(const struct domain *d, uint32_t id)
{
	return d->range != RANGE_NONE && id >= d->min && (d->range == RANGE_FROM || id <= d->max);
}

static bool
has_gid(const struct pamlimits_user *u, gid_t gid)
{
	for (int i = 0; i < u->group_count; i++)
		if (u->groups[i] == gid)
			return true;
	return u->gid == gid;
}

static bool
in_named_group(const struct pamlimits_user *u, const char *name, gid_t *gid)
{
	const struct group *gr = *name ? getgrnam(name) : NULL;

	if (!gr || !has_gid(u, gr->gr_gid))
		return false;
	*gid = gr->gr_gid;
	return true;
}

/* Whether the group of "@..." or "%..." is one that the line's kind accepts for U. */
static bool
group_means(const struct domain *d, const struct pamlimits_user *u, gid_t *gid)
{
	*gid = d->max;
	if (d->range == RANGE_NONE)
		return in_named_group(u, d->text + 1, gid);
	if (d->range == RANGE_ONE)
		return has_gid(u, d->max);
	return d->text[0] == '@' && in_range(d, u->gid);
}

/* How exactly D means the user; notes the group whose members are counted. */
static enum exactness
means(struct reading *r, const struct domain *d)
{
	const struct pamlimits_user *u = r->user;
	gid_t gid;

	if (strcmp(u->name, d->text) == 0)
		return BY_USER;
	if (d->text[0] == '@')
		return group_means(d, u, &gid) ? BY_GROUP : BY_NONE;
	if (strcmp(d->text, "%") == 0)
		return BY_PERCENT;
	if (d->text[0] == '%') {
		if (!group_means(d, u, &gid))
			return BY_NONE;
		r->group = gid;
		return BY_COUNTED_GROUP;
	}
	if (strcmp(d->text, "*") == 0)
		return BY_ASTERISK;
	return in_range(d, u->uid) ? BY_USER : BY_NONE;
}

/* Whether "D -" frees the user of limits.  A range behind % means uids here, as the module has it. */
static bool
frees(const struct domain *d, const struct pamlimits_user *u)
{
	gid_t gid;

	if (strcmp(u->name, d->text) == 0)
		return true;
	return d->text[0] == '@' ? group_means(d, u, &gid) : in_range(d, u->uid);
}

/* false: the module does not take this as a value. */
static bool
parse_value(const char *text, int *value)
{
	char *end;
	long v;

	*value = PAMLIMITS_NONE;
	if (strcmp(text, "-") == 0 || strcasecmp(text, "unlimited") == 0 || strcasecmp(text, "infinity") == 0)
		return true;
	v = strtol(text, &end, 10);
	if (v >= 0)
		*value = v < INT_MAX ? (int)v : INT_MAX;
	return end != text;
}

static void
take_limit(struct reading *r, const struct domain *d, const char *item, const char *text)
{
	bool system = strcasecmp(item, "maxsyslogins") == 0;
	enum exactness exact;
	int value;

	if (!system && strcasecmp(item, "maxlogins") != 0)
		return;
	r->mentioned = true;
	exact = means(r, d);
	if (exact == BY_NONE)
		return;
	r->system = system;
	if (!parse_value(text, &value) || (system && (exact == BY_COUNTED_GROUP || exact == BY_PERCENT)) ||
	    exact > r->exact)
		return;
	r->exact = exact;
	r->logins = value;
}

/* The next word of *REST, "" at the end. */
static char *
word(char **rest)
{
	char *start = *rest + strspn(*rest, BLANKS);
	size_t len = strcspn(start, BLANKS);

	*rest = start + len + (start[len] != '\0');
	start[len] = '\0';
	return start;
}

/* false: the line ends the reading, for the user has no limits. */
static bool
take_line(struct reading *r, char *line)
{
	const char *domain, *type, *item, *value;
	struct domain d;

	line[strcspn(line, "#")] = '\0';
	domain = word(&line);
	type = word(&line);
	item = word(&line);
	value = word(&line);
	d = parse_domain(domain);
	if (d.range == RANGE_BAD || !*type)
		return true;
	if (!*item)
		return type[0] != '-' || !frees(&d, r->user);
	if (*value)
		take_limit(r, &d, item, value);
	return true;
}

/* 1: the file ends the reading; 0; or why it cannot be read. */
static int
take_file(struct reading *r, const char *path)
{
	char *text, *rest, *line;
	int rc = hostfile_read(path, &text, NULL);

	if (rc)
		return rc;
	rest = text;
	while (!rc && (line = hostfile_line(&rest)))
		rc = !take_line(r, line);
	free(text);
	return rc;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether reading goes on after PATH. */
static bool
take(struct reading *r, const char *path, char *hidden, size_t cap)
{
	int rc = take_file(r, path);

	if (rc < 0 && rc != -ENOENT && hidden && !hidden[0])
		snprintf(hidden, cap, "%s", path);
	return rc <= 0;
}

static enum pamlimits_counted
counted(const struct reading *r)
{
	if (r->system)
		return PAMLIMITS_SYSTEM;
	return r->exact == BY_PERCENT ? PAMLIMITS_EVERYBODY
	       : r->exact == BY_COUNTED_GROUP ? PAMLIMITS_GROUP : PAMLIMITS_OWN;
}

int
pamlimits_read(const char *conf, const char *dir, const struct pamlimits_user *user, struct pamlimits *l,
               char *hidden, size_t cap)
{
	struct reading r = { .user = user, .exact = BY_NONE, .logins = PAMLIMITS_NONE };
	char pattern[PATH_CAP], prefix[PATH_CAP], inside[PATH_CAP];
	glob_t found = { 0 };
	bool more;
	int rc;

	if (hidden)
		hidden[0] = '\0';
	*l = (struct pamlimits){ .logins = PAMLIMITS_NONE };
	if (hostfile_path(prefix, sizeof prefix, "") ||
	    snprintf(inside, sizeof inside, "%s/*.conf", dir) >= (int)sizeof inside ||
	    hostfile_path(pattern, sizeof pattern, inside))
		return -ENAMETOOLONG;
	more = take(&r, conf, hidden, cap);
	rc = more ? glob(pattern, GLOB_NOSORT, NULL, &found) : GLOB_NOMATCH;
	if (!rc)
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
	for (size_t i = 0; !rc && more && i < found.gl_pathc; i++)
		more = take(&r, found.gl_pathv[i] + strlen(prefix), hidden, cap);
	globfree(&found);
	l->mentioned = r.mentioned;
	/* The module counts no logins of uid 0. */
	if (!more || user->uid == 0 || rc == GLOB_NOSPACE)
		return rc == GLOB_NOSPACE ? -ENOMEM : 0;
	l->logins = r.logins;
	l->counted = counted(&r);
	l->group = r.group;
	return 0;
}
