/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "remembered.h"

#define LINE_CAP (REMEMBERED_HOST_CAP + 64)

struct fact {
	char what[32], host[REMEMBERED_HOST_CAP];
	long long since;
};

/* 0 or a negative errno; with MAKE the directory is there afterwards. */
static int
find_file(char *path, size_t cap, bool make)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct stat st;
	int n;

	if (cache && cache[0] == '/')
		n = snprintf(path, cap, "%s/holdfast", cache);
	else if (home && home[0] == '/')
		n = snprintf(path, cap, "%s/.cache/holdfast", home);
	else
		return -ENOENT;
	if (n < 0 || (size_t)n + sizeof("/hosts.XXXXXX") > cap)
		return -ENAMETOOLONG;
	if (make) {
		char *last = strrchr(path, '/');

		*last = '\0';
		(void)mkdir(path, 0700);
		*last = '/';
		(void)mkdir(path, 0700);
	}
	if (lstat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return -EPERM;
	strcat(path, "/hosts");
	return 0;
}

static bool
read_fact(const char *line, struct fact *f)
{
	int at = 0;
	size_t len;

	if (sscanf(line, "%31s %lld %n", f->what, &f->since, &at) != 2 || !at)
		return false;
	len = strcspn(line + at, "\n");
	if (!len || len >= sizeof(f->host))
		return false;
	memcpy(f->host, line + at, len);
	f->host[len] = '\0';
	return true;
}

static bool
is_fresh(const struct fact *f)
{
	long long now = (long long)time(NULL);

	return f->since <= now && now - f->since < REMEMBERED_S;
}

/* Up to MAX facts that are not too old: their number. */
static unsigned
load(const char *path, struct fact *facts, unsigned max)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char line[LINE_CAP];
	struct stat st;
	unsigned n = 0;
	FILE *f;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || !(f = fdopen(fd, "r"))) {
		close(fd);
		return 0;
	}
	for (unsigned i = 0; n < max && i < REMEMBERED_MAX && fgets(line, sizeof(line), f); i++)
		if (read_fact(line, &facts[n]) && is_fresh(&facts[n]))
			n++;
	fclose(f);
	return n;
}

/* A text may follow HOST. */
static bool
is_about(const struct fact *f, const char *what, const char *host)
{
	size_t len = strcspn(f->host, "\t");

	return strcmp(f->what, what) == 0 && strlen(host) == len && memcmp(f->host, host, len) == 0;
}

long
remembered_text(const char *what, const char *host, char *text, size_t cap)
{
	struct fact *facts = calloc(REMEMBERED_MAX, sizeof(*facts));
	char path[PATH_MAX];
	unsigned n = facts && find_file(path, sizeof(path), false) == 0 ? load(path, facts, REMEMBERED_MAX) : 0;
	long age = -1;

	for (unsigned i = 0; i < n && age < 0; i++) {
		const char *found = facts[i].host + strcspn(facts[i].host, "\t");

		if (is_about(&facts[i], what, host) && strlen(found += *found == '\t') < cap) {
			age = (long)((long long)time(NULL) - facts[i].since);
			memcpy(text, found, strlen(found) + 1);
		}
	}
	free(facts);
	return age;
}

long
remembered_for(const char *what, const char *host)
{
	char text[REMEMBERED_HOST_CAP];

	return remembered_text(what, host, text, sizeof(text));
}

/* The newest first: what is beyond the limit is the oldest.  LINE: HOST and the text; NULL: it is forgotten. */
static void
save(const char *path, const struct fact *facts, unsigned n, const char *what, const char *host, const char *line)
{
	char temporary[PATH_MAX + 8];
	int fd;
	FILE *f;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if ((fd = mkstemp(temporary)) < 0)
		return;
	if (!(f = fdopen(fd, "w"))) {
		close(fd);
		unlink(temporary);
		return;
	}
	if (line)
		fprintf(f, "%s %lld %s\n", what, (long long)time(NULL), line);
	for (unsigned i = 0; i < n && i + !!line < REMEMBERED_MAX; i++)
		if (!is_about(&facts[i], what, host))
			fprintf(f, "%s %lld %s\n", facts[i].what, facts[i].since, facts[i].host);
	if (fclose(f) != 0 || rename(temporary, path) < 0)
		unlink(temporary);
}

/* LINE: HOST and the text; NULL: HOST is forgotten.  A name with a tab or a newline would not be found again. */
static void
put(const char *what, const char *host, const char *line)
{
	struct fact *facts = calloc(REMEMBERED_MAX, sizeof(*facts));
	char path[PATH_MAX];
	bool known = false;
	unsigned n;

	if (!facts || !host[0] || strpbrk(host, "\t\n") || isspace((unsigned char)host[0]) ||
	    strlen(line ? line : host) >= REMEMBERED_HOST_CAP || strchr(line ? line : host, '\n') ||
	    find_file(path, sizeof(path), line) < 0) {
		free(facts);
		return;
	}
	n = load(path, facts, REMEMBERED_MAX);
	for (unsigned i = 0; i < n; i++)
		known = known || is_about(&facts[i], what, host);
	if (known || line)
		save(path, facts, n, what, host, line);
	free(facts);
}

void
remembered_set(const char *what, const char *host, bool yes)
{
	put(what, host, yes ? host : NULL);
}

void
remembered_set_text(const char *what, const char *host, const char *text)
{
	char line[2 * REMEMBERED_HOST_CAP];

	if (!text)
		put(what, host, NULL);
	else if (snprintf(line, sizeof(line), "%s\t%s", host, text) < (int)sizeof(line))
		put(what, host, line);
}

/* A name that no shell takes for anything else: what completes it may be careless. */
static bool
is_harmless(const char *name)
{
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("._+@:%-", *s))
			return false;
	return name[0] && name[0] != '-';
}

void
remembered_session(const char *host, const char *name, bool yes)
{
	char both[REMEMBERED_HOST_CAP];

	if (is_harmless(host) && is_harmless(name) &&
	    snprintf(both, sizeof(both), "%s %s", host, name) < (int)sizeof(both))
		remembered_set(REMEMBERED_SESSION, both, yes);
}

static bool
is_of_host(const struct fact *f, const char *host)
{
	size_t len = strlen(host);

	return strcmp(f->what, REMEMBERED_SESSION) == 0 && strncmp(f->host, host, len) == 0 && f->host[len] == ' ';
}

void
remembered_sessions(const char *host, const char *const *names, unsigned n)
{
	struct fact *facts = calloc(REMEMBERED_MAX, sizeof(*facts));
	char path[PATH_MAX];
	unsigned known = facts && find_file(path, sizeof(path), false) == 0 ? load(path, facts, REMEMBERED_MAX) : 0;

	for (unsigned i = 0; i < known; i++)
		if (is_of_host(&facts[i], host))
			remembered_set(REMEMBERED_SESSION, facts[i].host, false);
	free(facts);
	for (unsigned i = n < REMEMBERED_SESSIONS_MAX ? n : REMEMBERED_SESSIONS_MAX; i > 0; i--)
		remembered_session(host, names[i - 1], true);
}
