/* SPDX-License-Identifier: MIT */
#include "slay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "procref.h"
#include "procstat.h"

#define ROUNDS 50      /* a fork bomb can keep up with us for a while */
#define SESSIONS_MAX 256
#define KIN_MAX 4096

/* The session's processes, if there is no scope. */
struct kin {
	pid_t sessions[SESSIONS_MAX]; /* terminal sessions */
	size_t session_count;
	pid_t pids[KIN_MAX];          /* processes of this round */
	uint64_t starts[KIN_MAX];     /* of the same */
	size_t pid_count;
};

/*
 * Kills the process whose /proc directory is DIR: such a descriptor is one of the process itself
 * (pidfd_send_signal(2)).
 */
static int
kill_at(int dir, pid_t pid)
{
	if (syscall(SYS_pidfd_send_signal, dir, SIGKILL, NULL, 0) == 0)
		return 0;
	/* Before Linux 5.1 only the number is left. */
	return errno == ENOSYS && kill(pid, SIGKILL) == 0 ? 0 : -errno;
}

int
slay_one(pid_t pid, uint64_t start)
{
	struct procref p = PROCREF_NONE;
	int rc = procref_open(&p, pid);

	if (rc)
		return -ESRCH;
	rc = p.stat.start == start ? kill_at(p.dir, pid) : -ESRCH;
	procref_close(&p);
	return rc;
}

static bool
is_spared(const struct slay *s, const struct procref *p)
{
	return p->pid == getpid() || (p->pid == s->leader && p->stat.start == s->leader_start);
}

/* In the scope SCOPE: whether PID was in it and is killed now. */
static bool
kill_in_scope(const struct slay *s, const char *scope, pid_t pid)
{
	struct procref p = PROCREF_NONE;
	char path[PATH_CAP];
	const char *root;
	bool killed;

	if (procref_open(&p, pid))
		return false;
	killed = !is_spared(s, &p) && cgroup_read(p.dir, path, &root) == 0 && strcmp(path, scope) == 0 &&
	         kill_at(p.dir, pid) == 0;
	procref_close(&p);
	return killed;
}

static unsigned
slay_scope(const struct slay *s, const char *scope, const char *root)
{
	char path[2 * PATH_CAP];
	unsigned killed = 0, now = 1;

	snprintf(path, sizeof path, "%s%s/cgroup.procs", root, scope);
	for (int round = 0; now && round < ROUNDS; round++) {
		FILE *f = fopen(path, "re");
		long pid;

		now = 0;
		while (f && fscanf(f, "%ld", &pid) == 1)
			now += pid > 0 && kill_in_scope(s, scope, (pid_t)pid);
		if (f)
			fclose(f);
		killed += now;
	}
	return killed;
}

static bool
has_pid(const struct kin *k, pid_t pid)
{
	for (size_t i = 0; i < k->pid_count; i++)
		if (k->pids[i] == pid)
			return true;
	return false;
}

/* Whether the parent PPID is one of them: the same process, and not a later one with its pid. */
static bool
has_parent(const struct kin *k, pid_t ppid)
{
	struct procstat st;

	for (size_t i = 0; i < k->pid_count; i++)
		if (k->pids[i] == ppid)
			return procstat_read(ppid, &st) == 0 && st.start == k->starts[i];
	return false;
}

static bool
has_session(const struct kin *k, pid_t session)
{
	for (size_t i = 0; i < k->session_count; i++)
		if (k->sessions[i] == session)
			return true;
	return false;
}

/* Calls TAKE for every process, until it returns false. */
static void
each_process(bool (*take)(void *object, pid_t pid), void *object)
{
	const struct dirent *e;
	DIR *d = opendir("/proc");

	while (d && (e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && !take(object, (pid_t)strtol(e->d_name, NULL, 10)))
			break;
	if (d)
		closedir(d);
}

struct search {
	const struct slay *s;
	struct kin *k;
	bool grown;
	unsigned killed;
};

/* Whether a process is of the session: a descendant of one that is, or in a terminal session of theirs. */
static bool
is_kin(const struct search *q, const struct procref *p)
{
	return (p->pid == q->s->keeper && p->stat.start == q->s->keeper_start) ||
	       (p->pid == q->s->shell && p->stat.start == q->s->shell_start) || has_parent(q->k, p->stat.ppid) ||
	       has_session(q->k, p->stat.session);
}

static bool
find_kin(void *object, pid_t pid)
{
	struct search *q = object;
	struct procref p = PROCREF_NONE;

	if (has_pid(q->k, pid) || procref_open(&p, pid))
		return true;
	if (!is_spared(q->s, &p) && is_kin(q, &p)) {
		if (q->k->pid_count < KIN_MAX) {
			q->k->pids[q->k->pid_count] = pid;
			q->k->starts[q->k->pid_count++] = p.stat.start;
			q->grown = true;
		}
		/* The first process of a terminal session gives it its number; spares the leader's. */
		if (q->k->session_count < SESSIONS_MAX && p.stat.session > 1 && p.stat.session != q->s->leader &&
		    !has_session(q->k, p.stat.session))
			q->k->sessions[q->k->session_count++] = p.stat.session;
	}
	procref_close(&p);
	return true;
}

/* Checks again through a descriptor, because the list has only numbers. */
static void
kill_kin(struct search *q, pid_t pid)
{
	struct procref p = PROCREF_NONE;

	if (procref_open(&p, pid))
		return;
	if (!is_spared(q->s, &p) && is_kin(q, &p) && procref_unchanged(&p))
		q->killed += kill_at(p.dir, pid) == 0;
	procref_close(&p);
}

static unsigned
slay_kin(const struct slay *s)
{
	struct search q = { .s = s, .k = calloc(1, sizeof *q.k) };
	unsigned before;
	int round = 0;

	if (!q.k)
		return s->keeper ? slay_one(s->keeper, s->keeper_start) == 0 : 0;
	do {
		before = q.killed;
		q.k->pid_count = 0;
		/* Children can be listed before their parents. */
		do {
			q.grown = false;
			each_process(find_kin, &q);
		} while (q.grown);
		for (size_t i = q.k->pid_count; i-- > 0;)
			kill_kin(&q, q.k->pids[i]);
	} while (q.killed > before && ++round < ROUNDS);
	free(q.k);
	return q.killed;
}

/* The cgroup of the process PID that was started at START, if it is a session of logind's. */
static bool
scope_of(pid_t pid, uint64_t start, char path[PATH_CAP], const char **root)
{
	struct procref p = PROCREF_NONE;
	bool found;

	if (!pid || procref_open(&p, pid))
		return false;
	found = p.stat.start == start && cgroup_read(p.dir, path, root) == 0 && cgroup_is_scope(path) &&
	        procref_unchanged(&p);
	procref_close(&p);
	return found;
}

/* The leader's; of a session whose leader is dead, its keeper's, which can't leave it for one of another user's. */
static bool
find_scope(const struct slay *s, char path[PATH_CAP], const char **root)
{
	return scope_of(s->leader, s->leader_start, path, root) || scope_of(s->keeper, s->keeper_start, path, root);
}

unsigned
slay_session(const struct slay *s)
{
	char scope[PATH_CAP];
	const char *root;
	unsigned killed;

	if (!find_scope(s, scope, &root))
		return slay_kin(s);
	killed = slay_scope(s, scope, root);
	/* Wherever it has been moved to; what else has gone elsewhere (systemd-run --user) is not the session's. */
	if (s->keeper && slay_one(s->keeper, s->keeper_start) == 0)
		killed++;
	return killed;
}

struct shell_search {
	pid_t keeper, session;
};

static bool
find_shell(void *object, pid_t pid)
{
	struct shell_search *q = object;
	struct procstat st;

	if (procstat_read(pid, &st) == 0 && st.ppid == q->keeper && st.session == pid)
		q->session = pid;
	return !q->session;
}

pid_t
slay_shell_session(pid_t keeper)
{
	struct shell_search q = { keeper, 0 };

	if (keeper > 0)
		each_process(find_shell, &q);
	return q.session;
}
