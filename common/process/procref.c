/* SPDX-License-Identifier: MIT */
#include "procref.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peercred.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

static bool
is_dead(const struct procstat *s)
{
	return s->state == 'Z' || s->state == 'X' || s->state == 'x';
}

int
procref_open(struct procref *p, pid_t pid)
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
		procref_close(p);
	return rc;
}

void
procref_close(struct procref *p)
{
	if (p->dir >= 0)
		close(p->dir);
	p->dir = -1;
}

bool
procref_unchanged(const struct procref *p)
{
	struct procstat now;

	return procstat_read_at(p->dir, &now) == 0 && now.start == p->stat.start && now.ppid == p->stat.ppid &&
	       !is_dead(&now);
}

/* It may be root's. */
static bool
is_alive(int pidfd)
{
	return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == 0 || errno == EPERM;
}

int
procref_peer_open(struct procref_peer *p, int conn)
{
	socklen_t len = sizeof p->pidfd;
	int rc;

	*p = (struct procref_peer)PROCREF_PEER_NONE;
	rc = peercred_get(conn, &p->cred);
	if (rc)
		return rc;
	if (p->cred.pid <= 0)
		return -EXDEV;
	if (getsockopt(conn, SOL_SOCKET, SO_PEERPIDFD, &p->pidfd, &len)) {
		p->pidfd = -1;
		if (errno != ENOPROTOOPT)
			return -ESRCH;
	}
	rc = procref_open(&p->proc, p->cred.pid);
	if (rc && p->pidfd >= 0 && is_alive(p->pidfd))
		return -EACCES;
	return rc ? -ESRCH : 0;
}

bool
procref_peer_unchanged(const struct procref_peer *p)
{
	/* By the descriptor: its number was never free, so it has been the same process since it connected. */
	return procref_unchanged(&p->proc) &&
	       (p->pidfd < 0 || syscall(SYS_pidfd_send_signal, p->pidfd, 0, NULL, 0) == 0);
}

bool
procref_peer_lives(int conn)
{
	int pidfd;
	socklen_t len = sizeof pidfd;
	bool lives;

	if (getsockopt(conn, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len))
		return errno == ENOPROTOOPT;
	lives = is_alive(pidfd);
	close(pidfd);
	return lives;
}

void
procref_peer_close(struct procref_peer *p)
{
	procref_close(&p->proc);
	if (p->pidfd >= 0)
		close(p->pidfd);
	p->pidfd = -1;
}
