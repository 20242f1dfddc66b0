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

/* What is known, the newest first, while it is changed. */
struct memory {
	struct fact *facts; /* room for REMEMBERED_MAX */
	unsigned count;
	bool changed;
	char path[PATH_MAX];
};

/* Whether there is a place for it, with MAKE also one that is made now. */
static bool
recall(struct memory *m, bool make)
{
	m->count = 0;
	m->changed = false;
	m->facts = find_file(m->path, sizeof(m->path), make) == 0 ? calloc(REMEMBERED_MAX, sizeof(*m->facts)) : NULL;
	if (m->facts)
		m->count = load(m->path, m->facts, REMEMBERED_MAX);
	return m->facts != NULL;
}

static void
save(const struct memory *m)
{
	char temporary[PATH_MAX + 8];
	int fd;
	FILE *f;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", m->path);
	if ((fd = mkstemp(temporary)) < 0)
		return;
	if (!(f = fdopen(fd, "w"))) {
		close(fd);
		unlink(temporary);
		return;
	}
	for (unsigned i = 0; i < m->count; i++)
		fprintf(f, "%s %lld %s\n", m->facts[i].what, m->facts[i].since, m->facts[i].host);
	if (fclose(f) != 0 || rename(temporary, m->path) < 0)
		unlink(temporary);
}

/* Writes what has changed, and frees M. */
static void
keep(struct memory *m)
{
	if (m->changed)
		save(m);
	free(m->facts);
}

long
remembered_text(const char *what, const char *host, char *text, size_t cap)
{
	struct memory m;
	long age = -1;

	if (!recall(&m, false))
		return -1;
	for (unsigned i = 0; i < m.count && age < 0; i++) {
		const char *found = m.facts[i].host + strcspn(m.facts[i].host, "\t");

		if (is_about(&m.facts[i], what, host) && strlen(found += *found == '\t') < cap) {
			age = (long)((long long)time(NULL) - m.facts[i].since);
			memcpy(text, found, strlen(found) + 1);
		}
	}
	keep(&m);
	return age;
}

long
remembered_for(const char *what, const char *host)
{
	char text[REMEMBERED_HOST_CAP];

	return remembered_text(what, host, text, sizeof(text));
}

/* Without the facts that ABOUT holds of WHAT and HOST to be. */
static void
forget(struct memory *m, bool (*about)(const struct fact *f, const char *what, const char *host), const char *what,
       const char *host)
{
	unsigned left = 0;

	for (unsigned i = 0; i < m->count; i++)
		if (!about(&m->facts[i], what, host))
			m->facts[left++] = m->facts[i];
	m->changed = m->changed || left < m->count;
	m->count = left;
}

/* LINE: HOST and the text.  What is beyond the limit is the oldest. */
static void
learn(struct memory *m, const char *what, const char *host, const char *line)
{
	forget(m, is_about, what, host);
	if (m->count == REMEMBERED_MAX)
		m->count--;
	memmove(m->facts + 1, m->facts, m->count * sizeof(*m->facts));
	m->count++;
	m->facts[0].since = (long long)time(NULL);
	snprintf(m->facts[0].what, sizeof(m->facts[0].what), "%s", what);
	snprintf(m->facts[0].host, sizeof(m->facts[0].host), "%s", line);
	m->changed = true;
}

/* A name with a tab or a newline would not be found again. */
static bool
can_be_kept(const char *host, const char *line)
{
	return host[0] && !strpbrk(host, "\t\n") && !isspace((unsigned char)host[0]) &&
	       strlen(line) < REMEMBERED_HOST_CAP && !strchr(line, '\n');
}

/* LINE: HOST and the text; NULL: HOST is forgotten. */
static void
put(const char *what, const char *host, const char *line)
{
	struct memory m;

	if (!can_be_kept(host, line ? line : host) || !recall(&m, line))
		return;
	if (line)
		learn(&m, what, host, line);
	else
		forget(&m, is_about, what, host);
	keep(&m);
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

void
remembered_whether(const char *host, bool has)
{
	long age = remembered_for(REMEMBERED_HAS, host);

	remembered_set(REMEMBERED_NONE, host, !has);
	/* Not at each login: the file is written as a whole. */
	if (has ? age < 0 || age > REMEMBERED_S / 2 : age >= 0)
		remembered_set(REMEMBERED_HAS, host, has);
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

/* "HOST NAME" in BOTH; false: it is not remembered. */
static bool
name_session(char both[REMEMBERED_HOST_CAP], const char *host, const char *name)
{
	return is_harmless(host) && is_harmless(name) &&
	       snprintf(both, REMEMBERED_HOST_CAP, "%s %s", host, name) < REMEMBERED_HOST_CAP;
}

void
remembered_session(const char *host, const char *name, bool yes)
{
	char both[REMEMBERED_HOST_CAP];

	if (name_session(both, host, name))
		remembered_set(REMEMBERED_SESSION, both, yes);
}

static bool
is_of_host(const struct fact *f, const char *what, const char *host)
{
	size_t len = strlen(host);

	return strcmp(f->what, what) == 0 && strncmp(f->host, host, len) == 0 && f->host[len] == ' ';
}

void
remembered_sessions(const char *host, const char *const *names, unsigned n)
{
	char both[REMEMBERED_HOST_CAP];
	struct memory m;

	if (!recall(&m, n))
		return;
	forget(&m, is_of_host, REMEMBERED_SESSION, host);
	for (unsigned i = n < REMEMBERED_SESSIONS_MAX ? n : REMEMBERED_SESSIONS_MAX; i > 0; i--)
		if (name_session(both, host, names[i - 1]))
			learn(&m, REMEMBERED_SESSION, both, both);
	keep(&m);
}
