/* SPDX-License-Identifier: MIT */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds.h"
#include "fd.h"
#include "procfile.h"
#include "procstat.h"
#include "shellmsg.h"

#define CORE_DUMPED 0x80 /* of the status that wait(2) gives: WCOREDUMP() */
#define UNKNOWN 255      /* the exit status that stands for one that nobody knows, as with ssh(1) */

struct shell_parent {
	/* 0 or a negative errno; then s->pid is set. */
	int (*start)(struct shell *s, const struct shell_request *q);
	/* The number of the group is free. */
	void (*forget)(struct shell *s);
	bool tells; /* the leader is to be told that */
};

/* The keeper's own child. */

static int
fork_shell(struct shell *s, const struct shell_request *q)
{
	sigset_t all, before;
	pid_t pid;
	int err;

	/* Signals that are sent before the exec wait for it; the keeper's dispositions would ignore them. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		if (setsid() < 0)
			_exit(127);
		becomeshell(q);
	}
	err = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return -err;
	s->pid = pid;
	return 0;
}

static void
wait_for_shell(struct shell *s)
{
	while (waitpid(s->group, NULL, 0) < 0 && errno == EINTR)
		;
}

static const struct shell_parent keeper = { fork_shell, wait_for_shell, false };

/* The leader's child. */

static int
send_start(struct shell *s, const struct shell_request *q)
{
	/* In one piece, so large that it goes back to the system at once (heap_large_from). */
	struct { struct shellmsg m; unsigned char buf[MESSAGE_MAX]; } *b;
	ssize_t n;
	int rc;

	if (!s->child || s->stub < 0)
		return -ESRCH;
	b = malloc(sizeof *b);
	if (!b)
		return -ENOMEM;
	rc = shellmsg_fill(&b->m, q);
	if (!rc)
		rc = shellmsg_encode(&b->m, b->buf, sizeof b->buf);
	if (rc > 0) {
		n = send(s->stub, b->buf, (size_t)rc, MSG_NOSIGNAL | MSG_DONTWAIT);
		rc = n == rc ? 0 : n < 0 ? -errno : -EIO;
	}
	free(b);
	if (rc)
		return rc;
	fd_close(&s->stub);
	s->pid = s->child;
	return 0;
}

static void
leave_to_leader(struct shell *s)
{
	(void)s;
}

static const struct shell_parent leader = { send_start, leave_to_leader, true };

static const struct shell_parent *
parent_of(const struct shell *s)
{
	return s->parent ? s->parent : &keeper;
}

void
shell_of_leader(struct shell *s, pid_t child, int stub)
{
	*s = (struct shell){ .parent = &leader, .child = child, .stub = stub };
	s->pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	if (stub < 0)
		s->pid = s->group = child;
}

int
shell_start(struct shell *s, const struct shell_request *q)
{
	int rc = parent_of(s)->start(s, q);

	if (rc)
		return rc;
	s->group = s->pid;
	s->reserved = s->unknown = false;
	s->status = 0;
	return 0;
}

static bool
end_with(struct shell *s, int status)
{
	if (!s->pid)
		return false;
	s->status = status;
	s->pid = 0;
	s->reserved = true;
	return true;
}

bool
shell_look(struct shell *s)
{
	siginfo_t si = { .si_pid = 0 };

	if (s->parent || s->pid <= 0 || waitid(P_PID, (id_t)s->pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    si.si_pid != s->pid)
		return false;
	if (si.si_code == CLD_EXITED)
		return end_with(s, (si.si_status & 0xff) << 8);
	return end_with(s, si.si_status | (si.si_code == CLD_DUMPED ? CORE_DUMPED : 0));
}

bool
shell_told(struct shell *s, int status)
{
	if (!s->parent || !s->child)
		return false;
	s->child = 0;
	return end_with(s, status);
}

void
shell_leader_lost(struct shell *s)
{
	if (!s->parent || !s->reserved)
		return;
	/* The process that waits for orphans has waited for it by now. */
	s->group = 0;
	s->reserved = false;
}

/* Without a pidfd (before Linux 5.3) only the number is left. */
static bool
child_has_ended(const struct shell *s)
{
	struct pollfd p = { .fd = s->pidfd, .events = POLLIN };

	return s->pidfd >= 0 ? poll(&p, 1, 0) == 1 : kill(s->child, 0) < 0 && errno == ESRCH;
}

/*
 * The wait status of a process that nobody has waited for, from proc(5)'s stat: its field 52, which is 0 where we may
 * not ask.  We may if the process had our ids, and was no other user's program.
 */
static bool
read_status(pid_t pid, int *status)
{
	char text[1024], state, *p;
	struct procfile_status ids;
	int dir = procstat_open(pid), fd;
	ssize_t n;

	if (dir < 0)
		return false;
	fd = procfile_status(dir, &ids) ? -1 : openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : fd_read(fd, text, sizeof text - 1);
	fd_close(&fd);
	close(dir);
	if (n < 0)
		return false;
	text[n] = '\0';
	for (int i = 0; i < 4; i++)
		if (ids.uid[i] != getuid())
			return false;
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %c", &state) != 1 || state != 'Z')
		return false;
	for (int field = 2; p && field < 52; field++)
		p = strchr(p + 1, ' ');
	return p && sscanf(p, " %d", status) == 1;
}

bool
shell_gone(struct shell *s)
{
	int status = UNKNOWN << 8;

	if (!s->parent || !s->child || !child_has_ended(s))
		return false;
	s->unknown = !read_status(s->child, &status);
	s->child = 0;
	return end_with(s, status);
}

int
shell_signal(const struct shell *s, int signal)
{
	if (s->group <= 0)
		return -ESRCH;
	/* In its first moment the process has no group yet. */
	return kill(-s->group, signal) < 0 && kill(s->group, signal) < 0 ? -errno : 0;
}

struct shell_exit
shell_exit(const struct shell *s)
{
	if (WIFSIGNALED(s->status))
		return (struct shell_exit){ true, (uint32_t)WTERMSIG(s->status) };
	return (struct shell_exit){ false, (uint32_t)WEXITSTATUS(s->status) };
}

bool
shell_forget(struct shell *s)
{
	if (!s->reserved)
		return false;
	parent_of(s)->forget(s);
	s->group = 0;
	s->reserved = false;
	return parent_of(s)->tells;
}

void
shell_close(struct shell *s)
{
	if (!s->parent)
		return;
	fd_close(&s->stub);
	fd_close(&s->pidfd);
}
