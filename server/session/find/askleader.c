/* SPDX-License-Identifier: MIT */
#include "askleader.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "leaderreg.h"
#include "procref.h"
#include "procstat.h"
#include "sessions.h"
#include "slay.h"

#define LOOK_MS 20 /* between two looks at processes that are about to go */

/* Asks for OP: a connection that is still open, or a negative errno. */
static int
ask(uid_t uid, uint32_t id, enum leaderctl_op op, int timeout_ms, struct leaderctl_reply *r)
{
	unsigned char msg[LEADERCTL_REQUEST_BYTES], reply[LEADERCTL_REPLY_BYTES + 1];
	int fd = session_connect_leader(uid, id), n;

	if (fd < 0)
		return fd;
	leaderctl_encode_request(op, msg);
	n = session_ask(fd, msg, sizeof msg, reply, sizeof reply, timeout_ms);
	if (n >= 0)
		n = leaderctl_decode_reply(r, reply, (size_t)n);
	if (n < 0) {
		close(fd);
		return n;
	}
	return fd;
}

int
askleader_who(uid_t uid, uint32_t id, int timeout_ms, struct leaderctl_reply *r)
{
	int fd = ask(uid, id, LEADERCTL_WHO, timeout_ms, r);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* The length of the answer to OP in REPLY, or a negative errno. */
static int
ask_once(uid_t uid, uint32_t id, enum leaderctl_op op, int timeout_ms, unsigned char *reply, size_t cap)
{
	unsigned char msg[LEADERCTL_REQUEST_BYTES];
	int fd = session_connect_leader(uid, id), n;

	if (fd < 0)
		return fd;
	leaderctl_encode_request(op, msg);
	n = session_ask(fd, msg, sizeof msg, reply, cap, timeout_ms);
	close(fd);
	return n;
}

int
askleader_version(uid_t uid, uint32_t id, int timeout_ms, struct leaderctl_version *v)
{
	unsigned char reply[LEADERCTL_VERSION_BYTES + 1];
	int n = ask_once(uid, id, LEADERCTL_VERSION, timeout_ms, reply, sizeof reply);

	return n < 0 ? n : leaderctl_decode_version(v, reply, (size_t)n);
}

int
askleader_attached(uid_t uid, uint32_t id, int timeout_ms, struct leaderctl_attached *a)
{
	static unsigned char reply[LEADERCTL_ATTACHED_BYTES];
	int n = ask_once(uid, id, LEADERCTL_ATTACHED, timeout_ms, reply, sizeof reply);

	return n < 0 ? n : leaderctl_decode_attached(a, reply, (size_t)n);
}

/* Waits until the leader closes: the session is over. */
static int
wait_closed(int fd, int timeout_ms)
{
	int64_t end = (int64_t)clock_now_ms() + timeout_ms, left;

	while ((left = end - (int64_t)clock_now_ms()) > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char drop[LEADERCTL_REPLY_BYTES];
		ssize_t n;

		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = recv(fd, drop, sizeof drop, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return 0;
	}
	return -ETIMEDOUT;
}

static bool
is_there(pid_t pid, uint64_t start)
{
	struct procref p = PROCREF_NONE;
	bool there;

	if (!pid || procref_open(&p, pid))
		return false;
	there = p.stat.start == start;
	procref_close(&p);
	return there;
}

/* The leader does not answer: root's register names the processes. */
static int
kill_by_register(uid_t uid, uint32_t id, int timeout_ms)
{
	int64_t end = (int64_t)clock_now_ms() + timeout_ms;
	struct leaderreg e;
	int rc = leaderreg_find(&e, uid, id);

	if (rc)
		return rc == -EACCES ? -EPERM : rc;
	if (!is_there(e.keeper, e.keeper_start) && !is_there(e.pid, e.start))
		return -ENOENT;
	slay_session(&(struct slay){ e.keeper, e.keeper_start, e.pid, e.start, e.shell, e.shell_start });
	slay_one(e.pid, e.start);
	while (is_there(e.keeper, e.keeper_start) || is_there(e.pid, e.start)) {
		if ((int64_t)clock_now_ms() >= end)
			return -ETIMEDOUT;
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

/* Waits until the keeper of E is gone: whether it is. */
static bool
wait_keeper_gone(const struct leaderreg *e, uint64_t until_ms)
{
	while (is_there(e->keeper, e->keeper_start)) {
		if (clock_now_ms() >= until_ms)
			return false;
		poll(NULL, 0, LOOK_MS);
	}
	return true;
}

int
askleader_finish(uid_t uid, uint32_t id, uint64_t until_ms, int timeout_ms)
{
	struct procstat self;
	struct leaderreg e;

	if (geteuid() != 0 || leaderreg_find(&e, uid, id))
		return 0;
	/* One that began after us has the number by now. */
	if (procstat_read(getpid(), &self) || e.start > self.start || wait_keeper_gone(&e, until_ms))
		return 0;
	slay_session(&(struct slay){ e.keeper, e.keeper_start, e.pid, e.start, e.shell, e.shell_start });
	return wait_keeper_gone(&e, clock_now_ms() + (uint64_t)timeout_ms) ? 0 : -ETIMEDOUT;
}

int
askleader_kill(uid_t uid, uint32_t id, int timeout_ms)
{
	struct leaderctl_reply r;
	int fd, rc;

	if (geteuid() != 0)
		return -EPERM;
	fd = ask(uid, id, LEADERCTL_KILL, timeout_ms, &r);
	if (fd < 0)
		return kill_by_register(uid, id, timeout_ms);
	rc = r.result == LEADERCTL_DONE ? wait_closed(fd, timeout_ms) : -EPERM;
	close(fd);
	return rc == -ETIMEDOUT ? kill_by_register(uid, id, timeout_ms) : rc;
}
