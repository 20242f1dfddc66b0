/* SPDX-License-Identifier: MIT */
#include "resumed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds.h"
#include "clock.h"
#include "fdrange.h"
#include "signals.h"

#define LOOK_MS 20
#define REAP_MS 100      /* from SIGKILL on; what sleeps in the kernel for longer is left to itself */
#define OUTPUT_MAX 65536 /* of one file; the rest is thrown away */

struct running {
	const struct resumed *r;
	pid_t pid;
	int pidfd; /* -1: the kernel has none, and it is looked at every LOOK_MS */
	int out;   /* its output; -1: closed by all writers */
	char buf[4096];
	size_t have;
	size_t left; /* of OUTPUT_MAX */
};

bool
resumed_name_ok(const char *name)
{
	return name[0] && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")];
}

static bool
is_safe(const struct stat *st, uid_t owner)
{
	return st->st_uid == owner && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* The directory, if it and the one above it are as they have to be; or -1. */
static int
open_directory(const struct resumed *r)
{
	int fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st, above;

	if (fd >= 0 && (fstat(fd, &st) < 0 || fstatat(fd, "..", &above, 0) < 0 || !is_safe(&st, r->owner) ||
	                !is_safe(&above, r->owner))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool
is_to_run(int dir, const char *name, uid_t owner)
{
	struct stat st;

	return resumed_name_ok(name) && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       is_safe(&st, owner) && faccessat(dir, name, X_OK, AT_EACCESS) == 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the files to run, in order, each the caller's to free. */
static size_t
list_names(int fd, uid_t owner, char *names[RESUMED_MAX])
{
	DIR *dir = fdopendir(fd);
	const struct dirent *d;
	size_t n = 0;

	if (!dir) {
		close(fd);
		return 0;
	}
	while (n < RESUMED_MAX && (d = readdir(dir)))
		if (is_to_run(fd, d->d_name, owner) && (names[n] = strdup(d->d_name)))
			n++;
	closedir(dir);
	qsort(names, n, sizeof *names, by_name);
	return n;
}

static void __attribute__((noreturn))
become(const struct resumed *r, const char *name, char **env, int out)
{
	char path[PATH_CAP], *argv[] = { path, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	signals_reset();
	setpgid(0, 0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out < 0 ? null : out, 1) < 0 || dup2(1, 2) < 0 ||
	    fdrange_close(3, ~0u) < 0 || snprintf(path, sizeof path, "%s/%s", r->dir, name) >= (int)sizeof path)
		_exit(126);
	execve(path, argv, env);
	_exit(127);
}

/* 0 or a negative errno. */
static int
start(struct running *p, const char *name, char **env)
{
	int pipe[2] = { -1, -1 };

	if (p->r->tty >= 0 && pipe2(pipe, O_CLOEXEC) < 0)
		return -errno;
	p->pid = fork();
	if (p->pid == 0)
		become(p->r, name, env, pipe[1]);
	if (pipe[1] >= 0)
		close(pipe[1]);
	p->out = pipe[0];
	if (p->out >= 0)
		fcntl(p->out, F_SETFL, O_RDONLY | O_NONBLOCK);
	if (p->pid < 0) {
		if (p->out >= 0)
			close(p->out);
		return -EAGAIN;
	}
	setpgid(p->pid, p->pid);
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	return 0;
}

/* Reads output; false: none now. */
static bool
take_output(struct running *p)
{
	ssize_t n = p->out >= 0 && !p->have ? read(p->out, p->buf, sizeof p->buf) : -1;

	if (n == 0) {
		close(p->out);
		p->out = -1;
	}
	if (n <= 0)
		return false;
	p->have = (size_t)n < p->left ? (size_t)n : p->left;
	p->left -= p->have;
	return true;
}

/* Writes as much as the terminal accepts. */
static void
pass_output(struct running *p)
{
	ssize_t n = p->have ? write(p->r->tty, p->buf, p->have) : 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		n = (ssize_t)p->have;
	if (n <= 0)
		return;
	memmove(p->buf, p->buf + n, p->have - (size_t)n);
	p->have -= (size_t)n;
}

static bool
has_ended(const struct running *p)
{
	siginfo_t si = { .si_pid = 0 };

	return waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || si.si_pid == p->pid;
}

/*
 * Waits for events until UNTIL, or only polls if the file has ENDED.  Whether time is left and no signal asks to stop.
 */
static bool
wait_for_it(struct running *p, struct waiting *w, bool ended, uint64_t until)
{
	struct pollfd v[] = { { .fd = w->signals, .events = POLLIN },
		              { .fd = ended ? -1 : p->pidfd, .events = POLLIN },
		              { .fd = p->have ? -1 : p->out, .events = POLLIN },
		              { .fd = p->have ? p->r->tty : -1, .events = POLLOUT } };
	uint64_t now = clock_now_ms();
	int ms = now < until ? (int)(until - now) : 0;

	if (!ms || w->skip || w->hangup)
		return false;
	/* The rest of its output is in the pipe; does not wait for other processes that have the pipe open. */
	if (ended)
		ms = 0;
	else if (p->pidfd < 0 && ms > LOOK_MS)
		ms = LOOK_MS;
	if (poll(v, 4, ms) < 0 && errno != EINTR)
		return false;
	if (v[0].revents)
		waiting_take(w);
	return true;
}

/* Until it has ended and its output is shown, or UNTIL: whether it has ended. */
static bool
attend(struct running *p, struct waiting *w, uint64_t until)
{
	bool ended;

	do {
		ended = has_ended(p);
		if (!take_output(p) && ended && !p->have)
			break;
		pass_output(p);
	} while (wait_for_it(p, w, ended && !p->have, until));
	return ended;
}

/* With all that it has started. */
static void
end(struct running *p, struct waiting *w)
{
	kill(-p->pid, SIGKILL);
	kill(p->pid, SIGKILL);
	attend(p, w, clock_now_ms() + REAP_MS);
}

static void
run_one(const struct resumed *r, const char *name, char **env, struct waiting *w, uint64_t until)
{
	struct running p = { .r = r, .pidfd = -1, .out = -1, .left = OUTPUT_MAX };

	if (start(&p, name, env) < 0)
		return;
	/* Processes that it left behind on purpose live on, as those of a profile do. */
	if (!attend(&p, w, until))
		end(&p, w);
	waitpid(p.pid, NULL, WNOHANG);
	if (p.pidfd >= 0)
		close(p.pidfd);
	if (p.out >= 0)
		close(p.out);
}

static int
make_environment(struct envlist *out, const struct resumed *r)
{
	char id[16];
	int rc = 0;

	for (size_t i = 0; !rc && i < r->env->count; i++)
		if (strncmp(r->env->v[i], "HOLDFAST_", 9) != 0)
			rc = envlist_set(out, r->env->v[i]);
	snprintf(id, sizeof id, "%u", (unsigned)r->session);
	return rc ? rc : envlist_set_value(out, "HOLDFAST_SESSION", id);
}

int
resumed_run(const struct resumed *r, struct waiting *w)
{
	uint64_t end = clock_now_ms() + r->all_ms;
	struct envlist env = ENVLIST_INIT;
	char *names[RESUMED_MAX];
	int dir = open_directory(r);
	size_t n = dir < 0 ? 0 : list_names(dir, r->owner, names);
	bool ready = n && make_environment(&env, r) == 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t now = clock_now_ms();

		if (ready && !w->skip && !w->hangup && now < end)
			run_one(r, names[i], env.v, w, end - now < r->each_ms ? end : now + r->each_ms);
		free(names[i]);
	}
	envlist_free(&env);
	return w->skip || w->hangup ? -EINTR : 0;
}
