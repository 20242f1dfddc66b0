/* SPDX-License-Identifier: MIT */
#include "leader_shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "leader.h"
#include "leader_talk.h"
#include "leadermsg.h"
#include "procstat.h"
#include "shellstub.h"

#define DROP_MS 5000     /* far more than a process needs to drop its rights */
#define CORE_DUMPED 0x80 /* of the status that wait(2) gives: WCOREDUMP() */

/*
 * Our ends, those of the keeper, do not block; the command's, other open files, do.  They are the user's, as sshd's
 * are, for programs that open /dev/stdout or /dev/stderr.
 */
static int
make_pipes(int ours[3], int its[3], uid_t uid, gid_t gid)
{
	for (int i = 0; i < 3; i++) {
		int fds[2];

		if (pipe2(fds, O_CLOEXEC) < 0)
			return -errno;
		ours[i] = fds[i == 0];
		its[i] = fds[i != 0];
		if (fcntl(ours[i], F_SETFL, O_NONBLOCK) < 0)
			return -errno;
		/* Without it, for a policy may forbid it, only those cannot be opened. */
		if (fchown(ours[i], uid, gid) < 0)
			continue;
	}
	return 0;
}

int
leader_shell_open(struct leader_shell *s, bool pipes, uid_t uid, gid_t gid)
{
	int its[3] = { -1, -1, -1 }, pair[2] = { -1, -1 }, dropped[2] = { -1, -1 }, rc = 0;
	struct procstat st;
	pid_t pid = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) || pipe2(dropped, O_CLOEXEC))
		rc = -errno;
	if (!rc && pipes)
		rc = make_pipes(s->pipes, its, uid, gid);
	if (!rc)
		pid = shellstub_start(pair[1], dropped[1], pipes ? its : NULL, uid, gid);
	s->stub = pair[0];
	s->dropped = dropped[0];
	fd_close(&pair[1]);
	fd_close(&dropped[1]);
	for (int i = 0; i < 3; i++)
		fd_close(&its[i]);
	if (rc || pid < 0)
		return rc ? rc : (int)pid;
	s->pid = pid;
	s->start = procstat_read(pid, &st) ? 0 : st.start;
	return 0;
}

int
leader_shell_wait(struct leader_shell *s)
{
	struct pollfd p = { .fd = s->dropped, .events = POLLIN };
	uint64_t until = clock_now_ms() + DROP_MS, now;
	int n = 0;

	while (n <= 0 && (now = clock_now_ms()) < until) {
		n = poll(&p, 1, (int)(until - now));
		if (n < 0 && errno != EINTR)
			return -errno;
	}
	fd_close(&s->dropped);
	return n > 0 ? 0 : -ETIMEDOUT;
}

void
leader_shell_look(struct leader_shell *s)
{
	siginfo_t si = { .si_pid = 0 };

	if (!s->pid || s->ended || waitid(P_PID, (id_t)s->pid, &si, WEXITED | WNOHANG | WNOWAIT) || si.si_pid != s->pid)
		return;
	s->ended = true;
	if (si.si_code == CLD_EXITED)
		s->status = (si.si_status & 0xff) << 8;
	else
		s->status = si.si_status | (si.si_code == CLD_DUMPED ? CORE_DUMPED : 0);
}

void
leader_shell_tell(struct leader *l)
{
	struct leadermsg_shell_ended m = { .status = (uint32_t)l->shell.status };
	unsigned char buf[16];

	if (!l->shell.ended || l->shell.told || l->keeper < 0 || l->pending_len)
		return;
	l->shell.told = true;
	leader_send(l, buf, leadermsg_encode_shell_ended(&m, buf, sizeof buf));
}

void
leader_shell_pipe_closed(struct leader *l, const struct leadermsg_report *m)
{
	if (m->number < 3)
		fd_close(&l->shell.pipes[m->number]);
}

void
leader_shell_forgotten(struct leader *l, const struct leadermsg_report *m)
{
	(void)m;
	if (l->shell.ended && !l->shell.reaped)
		l->shell.reaped = waitpid(l->shell.pid, NULL, WNOHANG) == l->shell.pid;
}

void
leader_shell_hang_up(struct leader_shell *s)
{
	fd_close(&s->master);
	for (int i = 0; i < 3; i++)
		fd_close(&s->pipes[i]);
}

void
leader_shell_close(struct leader_shell *s, bool started)
{
	fd_close(&s->stub);
	fd_close(&s->dropped);
	leader_shell_hang_up(s);
	leader_shell_look(s);
	if (s->pid && !s->ended && !started)
		kill(s->pid, SIGKILL);
	if (s->pid && !s->reaped && (s->ended || !started))
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	s->pid = 0;
}
