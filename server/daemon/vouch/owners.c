/* SPDX-License-Identifier: MIT */
#include "owners.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

#define LINE_BYTES 512      /* a name, two numbers */
#define PASSWD_LINES 200000

/* TEXT as a number of 32 bits, whole. */
static bool
read_number(const char *text, uint32_t *number)
{
	char *end;
	unsigned long long v;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v > UINT32_MAX)
		return false;
	*number = (uint32_t)v;
	return true;
}

/* A line of the file. */
struct entry {
	char name[USER_CAP];
	struct owners_range range;
	bool known; /* range.owner is */
};

struct reading {
	const struct owners *from;
	struct entry *v;
	size_t count;
};

/* "name:first:count" */
static void
take_line(struct reading *r, char *line)
{
	char *first = strchr(line, ':'), *many = first ? strchr(first + 1, ':') : NULL;
	struct entry *e = &r->v[r->count];
	uint32_t from, count;

	line[strcspn(line, "\n")] = '\0';
	if (!many || line[0] == '#' || line == first || first - line >= USER_CAP)
		return;
	*first++ = '\0';
	*many++ = '\0';
	/* Root's uid is never a subordinate uid, whatever the file says. */
	if (!read_number(first, &from) || !read_number(many, &count) || !from || !count || count - 1 > UINT32_MAX - from)
		return;
	memset(e, 0, sizeof *e);
	memcpy(e->name, line, strlen(line) + 1);
	e->range = (struct owners_range){ .first = from, .last = from + (count - 1) };
	r->count++;
}

static void
read_ranges(struct reading *r)
{
	FILE *f = fopen(r->from->subuid, "re");
	char line[LINE_BYTES];
	size_t bytes = 0;
	bool whole = true;

	while (f && r->count < OWNERS_MAX && bytes < OWNERS_BYTES && fgets(line, sizeof line, f)) {
		bool begins = whole;

		bytes += strlen(line);
		whole = strchr(line, '\n') || feof(f);
		/* Of a line that is too long nothing is taken. */
		if (begins && whole)
			take_line(r, line);
	}
	if (f)
		fclose(f);
}

static int
by_name(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return strcmp(a->name, b->name);
}

/* The first of the entries of NAME, which are in the order of their names, or the end. */
static size_t
first_of(const struct reading *r, const char *name)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(r->v[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The uids of the users in the passwd file.  Not by the name services: those can hang, and holdfastd must not. */
static void
find_users(struct reading *r)
{
	FILE *f = fopen(r->from->passwd, "re");
	const struct passwd *pw;

	for (size_t n = 0; f && n < PASSWD_LINES && (pw = fgetpwent(f)); n++)
		for (size_t i = first_of(r, pw->pw_name); i < r->count && strcmp(r->v[i].name, pw->pw_name) == 0; i++) {
			r->v[i].range.owner = r->v[i].known ? r->v[i].range.owner : pw->pw_uid;
			r->v[i].known = true;
		}
	if (f)
		fclose(f);
}

/* "1000" is a user's name if such a user exists, else a uid.  An unknown name gets a number of its own. */
static void
find_numbers(struct reading *r)
{
	for (size_t i = 0; i < r->count; i++) {
		uint32_t uid;

		if (!r->v[i].known)
			r->v[i].range.owner = read_number(r->v[i].name, &uid)
				? uid : (UINT64_C(1) << 32) + first_of(r, r->v[i].name);
	}
}

static int
by_first(const void *x, const void *y)
{
	const struct owners_range *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->last < b->last ? -1 : a->last > b->last;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Reads both files: the ranges, COUNT of them, or NULL without memory. */
static struct owners_range *
read_all(const struct owners *o, size_t *count)
{
	struct reading r = { .from = o, .v = calloc(OWNERS_MAX, sizeof *r.v) };
	struct owners_range *v = NULL;

	if (r.v) {
		read_ranges(&r);
		qsort(r.v, r.count, sizeof *r.v, by_name);
		find_users(&r);
		find_numbers(&r);
		v = calloc(r.count + 1, sizeof *v);
	}
	for (size_t i = 0; v && i < r.count; i++)
		v[i] = r.v[i].range;
	if (v)
		qsort(v, r.count, sizeof *v, by_first);
	*count = r.count;
	free(r.v);
	return v;
}

int
owners_refresh(struct owners *o)
{
	const char *const paths[2] = { o->subuid, o->passwd };
	struct owners_range *v;
	struct stat now[2];
	size_t count;

	memset(now, 0, sizeof now);
	for (int i = 0; i < 2; i++)
		if (stat(paths[i], &now[i]))
			memset(&now[i], 0, sizeof now[i]);
	if (same_file(&now[0], &o->was[0]) && same_file(&now[1], &o->was[1]))
		return 0;
	v = read_all(o, &count);
	if (!v)
		return -ENOMEM;
	free(o->v);
	o->v = v;
	o->count = count;
	memcpy(o->was, now, sizeof o->was);
	return 0;
}

uint64_t
owners_of(const struct owners *o, uid_t uid)
{
	size_t low = 0, high = o->count;

	/* The last range that begins at UID or below. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->v[middle].first <= uid)
			low = middle + 1;
		else
			high = middle;
	}
	/* Ranges can overlap: the nearest one that reaches so far. */
	while (low-- > 0)
		if (o->v[low].last >= uid)
			return o->v[low].owner;
	return uid;
}

void
owners_free(struct owners *o)
{
	free(o->v);
	o->v = NULL;
	o->count = 0;
	memset(o->was, 0, sizeof o->was);
}
