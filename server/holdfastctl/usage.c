/* SPDX-License-Identifier: MIT */
#include "usage.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostfile.h"
#include "survival.h"

#define DEPTH_MAX 256 /* of a chain of parents */

struct process {
	pid_t pid, parent, session;
	uint64_t ticks, pages;
};

struct usage_table {
	struct process *v; /* by pid */
	size_t count, room;
};

/* Reads proc(5)'s stat of PID. */
static bool
read_process(pid_t pid, struct process *p)
{
	char path[64], text[1024], *tail;
	unsigned long long user, system;
	int parent, session;
	long long pages;
	FILE *f;
	bool ok;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	tail = strrchr(text, ')');
	ok = tail && sscanf(tail + 1, " %*c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d "
	                    "%*u %*u %lld", &parent, &session, &user, &system, &pages) == 5;
	if (ok)
		*p = (struct process){ pid, parent, session, user + system, pages > 0 ? (uint64_t)pages : 0 };
	return ok;
}

static int
by_pid(const void *x, const void *y)
{
	const struct process *a = x, *b = y;

	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

static bool
add(struct usage_table *t, pid_t pid)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 256;
		struct process *more = reallocarray(t->v, room, sizeof *more);

		if (!more)
			return false;
		t->v = more;
		t->room = room;
	}
	t->count += read_process(pid, &t->v[t->count]);
	return true;
}

struct usage_table *
usage_take(void)
{
	struct usage_table *t = calloc(1, sizeof *t);
	DIR *proc = opendir("/proc");
	const struct dirent *d;

	while (t && proc && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]) && !add(t, (pid_t)atol(d->d_name)))
			break;
	if (proc)
		closedir(proc);
	if (t && t->count)
		qsort(t->v, t->count, sizeof *t->v, by_pid);
	return t;
}

void
usage_free(struct usage_table *t)
{
	if (t)
		free(t->v);
	free(t);
}

static bool
descends_from(const struct usage_table *t, const struct process *p, pid_t ancestor)
{
	for (int i = 0; p && i < DEPTH_MAX; i++) {
		struct process key = { .pid = p->parent };

		if (p->pid == ancestor)
			return true;
		p = bsearch(&key, t->v, t->count, sizeof *t->v, by_pid);
	}
	return false;
}

/* One number of a cgroup's FILE: the first, or the one behind WORD. */
static bool
cgroup_number(const char *cgroup, const char *file, const char *word, uint64_t *number)
{
	char path[PATH_CAP + 64], *text, *p;
	bool ok;

	snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", cgroup, file);
	if (hostfile_read(path, &text, NULL))
		return false;
	p = *word ? strstr(text, word) : text;
	ok = p && sscanf(p + strlen(word), "%" SCNu64, number) == 1;
	free(text);
	return ok;
}

/* The session's own cgroup, that of logind's session: "", when it has none. */
static void
find_cgroup(pid_t keeper, char cgroup[PATH_CAP])
{
	char path[64], *text, *last;

	cgroup[0] = '\0';
	snprintf(path, sizeof path, "/proc/%ld/cgroup", (long)keeper);
	if (hostfile_read(path, &text, NULL))
		return;
	if (survival_cgroup(text, cgroup, PATH_CAP) < 0)
		cgroup[0] = '\0';
	last = strrchr(cgroup, '/');
	if (!last || strncmp(last, "/session-", 9) != 0)
		cgroup[0] = '\0';
	free(text);
}

static bool
of_cgroup(struct usage *u)
{
	uint64_t usec;

	if (!u->cgroup[0] || !cgroup_number(u->cgroup, "memory.current", "", &u->memory_bytes) ||
	    !cgroup_number(u->cgroup, "pids.current", "", &u->processes) ||
	    !cgroup_number(u->cgroup, "cpu.stat", "usage_usec", &usec))
		return false;
	u->cpu_ms = usec / 1000;
	return true;
}

void
usage_of(const struct usage_table *t, pid_t keeper, pid_t shell, struct usage *u)
{
	uint64_t ticks = 0, pages = 0;
	long hz = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE);

	memset(u, 0, sizeof *u);
	find_cgroup(keeper, u->cgroup);
	u->known = of_cgroup(u);
	if (u->known || !t)
		return;
	u->cgroup[0] = '\0';
	u->processes = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct process *p = &t->v[i];

		if (!(shell && p->session == shell) && !descends_from(t, p, keeper))
			continue;
		ticks += p->ticks;
		pages += p->pages;
		u->processes++;
	}
	u->cpu_ms = hz > 0 ? ticks * 1000 / (uint64_t)hz : 0;
	u->memory_bytes = pages * (uint64_t)(page > 0 ? page : 4096);
	u->known = u->processes > 0;
}
