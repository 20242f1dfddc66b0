/* SPDX-License-Identifier: MIT */
#include "painter_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "pages.h"
#include "pstitle.h"

static unsigned char PAGES_OWN reply[PAINT_REPLY_MAX]; /* the latest */

/* For ps(1). */
static void
take_name(void)
{
	prctl(PR_SET_NAME, "holdfast-paint", 0, 0, 0);
	pstitle_role("painter");
}

int
painter_process_start(struct painter_process *p, struct painter_start *start)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		/* The sums are the keeper's, in memory that this process has not. */
		fd_sum_into(NULL);
		take_name();
		start->fd = pair[1];
		painter_be(start);
	}
	close(pair[1]);
	if (pid < 0 || fcntl(pair[0], F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
		int err = errno;

		close(pair[0]);
		if (pid > 0)
			waitpid(pid, NULL, 0);
		return -err;
	}
	*p = (struct painter_process){ .pid = pid, .fd = pair[0] };
	return 0;
}

void
painter_process_end(struct painter_process *p)
{
	if (p->fd >= 0)
		close(p->fd);
	/* SIGKILL wakes also one that is stopped: the wait is short. */
	if (p->pid > 0 && kill(p->pid, SIGKILL) == 0)
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	*p = (struct painter_process)PAINTER_PROCESS_NONE;
	pages_give_back(reply, sizeof reply);
}

int
painter_process_send(const struct painter_process *p, const struct paint_order *m)
{
	unsigned char buf[PAINT_ORDER_MAX];
	int len = paint_encode_order(m, buf, sizeof buf);

	if (len < 0)
		return len;
	return send(p->fd, buf, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) == len ? 0 : -EPIPE;
}

int
painter_process_receive(const struct painter_process *p, struct paint_reply *m)
{
	ssize_t n = recv(p->fd, reply, sizeof reply, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0 || (size_t)n > sizeof reply)
		return -EPIPE;
	return paint_decode_reply(m, reply, (size_t)n) < 0 ? -EBADMSG : 1;
}
