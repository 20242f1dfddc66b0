/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "procfile.h"
#include "procstat.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

/* One process: its /proc directory and what its stat said when that was opened. */
struct proc {
	pid_t pid;
	int dir;
	struct procstat stat;
};

#define PROC_NONE { 0, -1, { .start = 0 } }

struct check {
	struct ucred cred;
	int pidfd; /* the connecting process, or -1 where the kernel can't say */
	struct proc peer, sshd;
	struct proc first; /* below sshd and its unprivileged half: the login's shell, or what is there instead */
	const char *why;
};

/* Where a process lives and what it may not do. */
struct place {
	struct procfile_id ns[4], root;
	struct procfile_status status;
};

static const char *const ns_names[4] = { "ns/mnt", "ns/user", "ns/pid", "ns/net" };
static const char *const ns_why[4] = {
	"another mount namespace", "another user namespace", "another pid namespace", "another network namespace",
};

static int
no(struct check *c, const char *why)
{
	c->why = why;
	return -EPERM;
}

static void
proc_close(struct proc *p)
{
	if (p->dir >= 0)
		close(p->dir);
	p->dir = -1;
}

static bool
is_dead(const struct procstat *s)
{
	return s->state == 'Z' || s->state == 'X' || s->state == 'x';
}

static int
proc_open(struct proc *p, pid_t pid)
{
	int rc;

	p->pid = pid;
	p->dir = procstat_open(pid);
	if (p->dir < 0)
		return p->dir;
	rc = procstat_read_at(p->dir, &p->stat);
	if (!rc && is_dead(&p->stat))
		rc = -ESRCH;
	if (rc)
		proc_close(p);
	return rc;
}

/* Whether P is still that process, alive, with that parent. */
static bool
proc_unchanged(const struct proc *p)
{
	struct procstat now;

	return procstat_read_at(p->dir, &now) == 0 && now.start == p->stat.start && now.ppid == p->stat.ppid &&
	       !is_dead(&now);
}

/* The process that connected, by number and, where the kernel can (6.5), by a descriptor that no reuse deceives. */
static int
find_peer(struct check *c, int conn)
{
	socklen_t len = sizeof c->cred;
	int rc;

	if (getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &c->cred, &len) || len != sizeof c->cred)
		return no(c, "no credentials");
	if (c->cred.pid <= 0)
		return no(c, "outside of our pid namespace");
	len = sizeof c->pidfd;
	if (getsockopt(conn, SOL_SOCKET, SO_PEERPIDFD, &c->pidfd, &len)) {
		c->pidfd = -1;
		if (errno != ENOPROTOOPT)
			return no(c, "the process that connected is gone");
	}
	rc = proc_open(&c->peer, c->cred.pid);
	return rc ? no(c, "the process that connected is gone") : 0;
}

/* Opens CHILD's parent, and makes sure that it was the parent when it was opened. */
static int
open_parent(struct check *c, struct proc *parent, const struct proc *child)
{
	if (child->stat.ppid <= 0 || proc_open(parent, child->stat.ppid))
		return no(c, "the chain of parents is broken");
	if (!proc_unchanged(child) || parent->stat.start > child->stat.start) {
		proc_close(parent);
		return no(c, "the chain of parents is broken");
	}
	return 0;
}

/*
 * The process below the last sshd, seen from the recorded one.  There are at most two: the monitor and, unless root
 * logs in, its unprivileged half.  More are none of sshd's making, and a user can start as many as wanted.
 */
static int
find_first(struct check *c, struct proc below[2])
{
	struct procfile_id top, half;
	int which = 0;

	if (procfile_id(c->sshd.dir, "exe", &top) || procfile_id(below[0].dir, "exe", &half))
		return no(c, "no executable");
	if (procfile_same_id(&top, &half))
		which = 1;
	c->first = below[which];
	below[which].dir = -1;
	return c->first.dir < 0 ? no(c, "it is sshd itself") : 0;
}

/* Goes up from the peer to the recorded sshd. */
static int
walk(struct check *c, const struct login *l)
{
	/* The two that were passed last: [0] is the one below the one that is looked at next. */
	struct proc below[2] = { PROC_NONE, PROC_NONE }, parent;
	int rc = proc_open(&below[0], c->peer.pid);

	if (rc || below[0].stat.start != c->peer.stat.start)
		rc = no(c, "the process that connected is gone");
	for (int depth = 0; !rc; depth++) {
		if (depth == PEER_CHAIN_MAX)
			rc = no(c, "the chain of parents is too long");
		if (!rc)
			rc = open_parent(c, &parent, &below[0]);
		if (rc)
			break;
		if (parent.pid == l->sshd) {
			c->sshd = parent;
			rc = parent.stat.start == l->start ? find_first(c, below) : no(c, "another sshd");
			break;
		}
		proc_close(&below[1]);
		below[1] = below[0];
		below[0] = parent;
	}
	proc_close(&below[0]);
	proc_close(&below[1]);
	return rc;
}

static int
place_read(struct check *c, int dir, struct place *p)
{
	int rc = 0;

	for (int i = 0; !rc && i < 4; i++)
		rc = procfile_id(dir, ns_names[i], &p->ns[i]);
	if (!rc)
		rc = procfile_id(dir, "root", &p->root);
	if (!rc)
		rc = procfile_status(dir, &p->status);
	if (rc)
		c->why = "/proc can't be read";
	return rc;
}

static int
place_same(struct check *c, const struct place *a, const struct place *b)
{
	for (int i = 0; i < 4; i++)
		if (!procfile_same_id(&a->ns[i], &b->ns[i]))
			return no(c, ns_why[i]);
	if (!procfile_same_id(&a->root, &b->root))
		return no(c, "another root directory");
	if (!procfile_same_restrictions(&a->status, &b->status))
		return no(c, "other restrictions (no_new_privs, seccomp, capabilities)");
	return 0;
}

/* Peer, sshd and we live in one place. */
static int
check_place(struct check *c)
{
	struct place peer, sshd, self;
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (dir < 0) {
		c->why = "/proc can't be read";
		return -errno;
	}
	rc = place_read(c, dir, &self);
	close(dir);
	if (!rc)
		rc = place_read(c, c->peer.dir, &peer);
	if (!rc)
		rc = place_read(c, c->sshd.dir, &sshd);
	if (!rc)
		rc = place_same(c, &peer, &sshd);
	if (!rc)
		rc = place_same(c, &peer, &self);
	for (int i = 0; !rc && i < 4; i++)
		if (peer.status.uid[i] != c->cred.uid)
			rc = no(c, "it has changed its user");
	return rc;
}

/*
 * The peer's LSM label is sshd's; with SELinux, where sshd gives the login another one, that of the login's shell.
 */
static int
check_label(struct check *c)
{
	char peer[PROCFILE_LABEL_CAP], sshd[PROCFILE_LABEL_CAP];
	int rc = procfile_label(c->peer.dir, peer);

	if (!rc)
		rc = procfile_label(c->sshd.dir, sshd);
	if (!rc && procfile_is_selinux(sshd))
		rc = procfile_label(c->first.dir, sshd);
	if (rc) {
		c->why = "/proc can't be read";
		return rc;
	}
	return strcmp(peer, sshd) == 0 ? 0 : no(c, "another security label");
}

/* All that was read belongs to the processes that it was taken for. */
static int
check_alive(struct check *c)
{
	if (!proc_unchanged(&c->peer) || !proc_unchanged(&c->first) || !proc_unchanged(&c->sshd))
		return no(c, "it has changed meanwhile");
	/* The number was never free, so it has been the same process since it connected. */
	if (c->pidfd >= 0 && syscall(SYS_pidfd_send_signal, c->pidfd, 0, NULL, 0))
		return no(c, "the process that connected is gone");
	return 0;
}

int
peer_check(int conn, const struct login *l, const char **why)
{
	struct check c = { .pidfd = -1, .peer = PROC_NONE, .sshd = PROC_NONE, .first = PROC_NONE, .why = "" };
	int rc = find_peer(&c, conn);

	if (!rc && c.cred.uid != l->uid)
		rc = no(&c, "another user");
	if (!rc)
		rc = walk(&c, l);
	if (!rc)
		rc = check_place(&c);
	if (!rc)
		rc = check_label(&c);
	if (!rc)
		rc = check_alive(&c);
	proc_close(&c.peer);
	proc_close(&c.sshd);
	proc_close(&c.first);
	if (c.pidfd >= 0)
		close(c.pidfd);
	*why = c.why;
	return rc;
}
