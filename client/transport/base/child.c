/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "fd.h"
#include "newfd.h"
#include "pidwait.h"

#define STOP_PATIENCE_MS 200
#define SENT_AHEAD (1 << 20) /* bytes that the child has written and we have not read */

extern char **environ;

/* Signals as a fresh program has them, whatever this one blocks and ignores. */
static int
spawn(char *const *argv, char *const *env, int io, int err, bool apart, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	if (posix_spawnattr_init(&attr)) {
		posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	/* The group that posix_spawnattr_init() has set is a new one. */
	posix_spawnattr_setflags(&attr, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
	                                        (apart ? POSIX_SPAWN_SETPGROUP : 0)));
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	r = posix_spawn_file_actions_adddup2(&actions, io, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, io, 1);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, err, 2);
	if (r == 0)
		r = posix_spawnp(pid, argv[0], &actions, &attr, argv, env ? env : environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int
start(struct child *c, char *const *argv, char *const *env, bool apart)
{
	int io[2], err[2], r;

	*c = (struct child)CHILD_NONE;
	if (newfd_pair(io) < 0)
		return -errno;
	if (newfd_pipe(err) < 0) {
		r = -errno;
		close(io[0]);
		close(io[1]);
		return r;
	}
	/* ssh copies all that it cannot write each time more comes: let it write that.  The system may allow less. */
	setsockopt(io[1], SOL_SOCKET, SO_SNDBUF, &(int){ SENT_AHEAD }, sizeof(int));
	r = spawn(argv, env, io[1], err[1], apart, &c->pid);
	close(io[1]);
	close(err[1]);
	c->fd = io[0];
	c->err = err[0];
	/* ours alone: the child's end of the pair is a description of its own */
	if (r == 0 && (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(c->err, F_SETFL, O_NONBLOCK) < 0))
		r = -errno;
	if (r < 0) {
		child_stop(c);
		return r;
	}
	return 0;
}

int
child_start(struct child *c, char *const *argv, char *const *env)
{
	return start(c, argv, env, false);
}

int
child_start_apart(struct child *c, char *const *argv, char *const *env)
{
	int r = start(c, argv, env, true);

	c->group = r == 0;
	return r;
}

int
child_start_shell(struct child *c, const char *line)
{
	char *argv[] = { (char *)(uintptr_t)"/bin/sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)line, NULL };

	return child_start(c, argv, NULL);
}

/* One byte of its standard error. */
static void
take(struct child *c, unsigned char byte, char *text, size_t cap)
{
	size_t len = strlen(c->part), have = strlen(text);

	if (byte == '\n') {
		if (c->part[0]) {
			memcpy(c->last, c->part, len + 1);
			if (have + len + 2 < cap) {
				memcpy(text + have, c->part, len);
				strcpy(text + have + len, "\n");
			}
		}
		c->part[0] = '\0';
	} else if (byte >= ' ' && byte != 127 && len + 1 < sizeof(c->part)) {
		c->part[len] = (char)byte;
		c->part[len + 1] = '\0';
	}
}

bool
child_listen(struct child *c, char *text, size_t cap)
{
	unsigned char buf[1024];
	ssize_t n;

	text[0] = '\0';
	if (c->err < 0)
		return false;
	n = read(c->err, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	for (ssize_t i = 0; i < n; i++)
		take(c, buf[i], text, cap);
	if (n > 0)
		return true;
	take(c, '\n', text, cap);
	fd_close(&c->err);
	return false;
}

bool
child_ended(struct child *c)
{
	pid_t r;

	if (!c->pid)
		return true;
	r = waitpid(c->pid, &c->status, WNOHANG);
	if (r == 0 || (r < 0 && errno == EINTR))
		return false;
	c->pid = 0;
	return true;
}

void
child_leave(struct child *c)
{
	fd_close(&c->fd);
	fd_close(&c->err);
	c->pid = 0;
}

void
child_stop(struct child *c)
{
	fd_close(&c->fd);
	fd_close(&c->err);
	if (child_ended(c))
		return;
	kill(c->group ? -c->pid : c->pid, c->ends_by ? c->ends_by : SIGTERM);
	kill(c->group ? -c->pid : c->pid, SIGCONT);
	pidwait(c->pid, STOP_PATIENCE_MS);
	if (child_ended(c))
		return;
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
}
