/* SPDX-License-Identifier: MIT */
#include "askpool.h"

#include <dirent.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "config_file.h"
#include "fd.h"
#include "leaderctl.h"
#include "leaderreg.h"
#include "login.h"
#include "paths.h"
#include "policy.h"
#include "poolmsg.h"
#include "poolsocket.h"
#include "reply.h"
#include "rundir.h"

#define HELD_PAUSE_MS 2000 /* between two times that holdfast-pool has all told again */

bool
askpool_may(const struct config_pool *p)
{
	return config_pool_on(p) && p->resume && p->trust[0] && access(PATH_POOL_ASK, F_OK) == 0;
}

/* A connection with the question on it, which can only be read from any more; or -1. */
static int
ask(uint32_t what, const char *user)
{
	unsigned char buf[POOL_MESSAGE_MAX];
	struct pool_ask m;
	int fd, len;

	memset(&m, 0, sizeof m);
	m.what = (uint8_t)what;
	if (what == POOL_WHAT_USER && strlen(user) < sizeof m.user)
		memcpy(m.user, user, strlen(user) + 1);
	len = pool_encode_ask(&m, buf, sizeof buf);
	fd = len < 0 ? len : poolsocket_open(NAME_POOL_ASK, SOCK_SEQPACKET);
	if (fd < 0)
		return -1;
	if (send(fd, buf, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) != len || shutdown(fd, SHUT_WR)) {
		close(fd);
		return -1;
	}
	return fd;
}

int
askpool_answer(int conn, uint32_t what, const char *user)
{
	int fd = ask(what, user), rc = reply_pool(conn, fd);

	fd_close(&fd);
	return rc;
}

/* Whether holdfast.conf names a pool at all. */
static bool
has_pool(void)
{
	struct config_policy p;
	struct config_error e;

	return access(PATH_POOL_ASK, F_OK) == 0 && config_load(PATH_CONFIG, NULL, &p, &e) == 0 && config_pool_on(&p.pool);
}

/* CALLER's name: false where it has none. */
static bool
find_name(uid_t caller, const struct ticket *ticket, char user[USER_CAP])
{
	const struct passwd *pw;
	struct login l;

	if (!ticket_is_none(ticket) && login_find(ticket, &l) == 0 && l.uid == caller) {
		memcpy(user, l.user, USER_CAP);
		return true;
	}
	pw = getpwuid(caller);
	if (!pw || strlen(pw->pw_name) >= USER_CAP)
		return false;
	memcpy(user, pw->pw_name, strlen(pw->pw_name) + 1);
	return true;
}

void
askpool_unvouched(int conn, uid_t caller, const struct ticket *ticket, uint32_t what)
{
	char user[USER_CAP] = "";

	if (has_pool() && (what == POOL_WHAT_MEMBERS || find_name(caller, ticket, user)))
		askpool_answer(conn, what, user);
	else
		reply_pool(conn, -1);
}

/* Asks the leader of session ID of UID to tell once more; one that is busy is asked again the next time. */
static void
wake(uid_t uid, uint32_t id)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int n = snprintf(sa.sun_path, sizeof sa.sun_path, PATH_SESSIONS "/%lu/%u/" NAME_LEADER, (unsigned long)uid, id);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unsigned char msg[LEADERCTL_REQUEST_BYTES];

	if (fd >= 0 && n > 0 && (size_t)n < sizeof sa.sun_path &&
	    connect(fd, (const struct sockaddr *)&sa, sizeof sa) == 0) {
		leaderctl_encode_request(LEADERCTL_TELL, msg);
		send(fd, msg, sizeof msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	fd_close(&fd);
}

static void
wake_all(void)
{
	DIR *dir = opendir(PATH_LEADERS);
	const struct dirent *d;

	while (dir && (d = readdir(dir))) {
		struct leaderreg e;

		if (leaderreg_read(&e, dirfd(dir), d->d_name) == 0 && e.id && e.ended == LEADERREG_RUNS)
			wake(e.uid, e.id);
	}
	if (dir)
		closedir(dir);
}

static void
tell_node(void)
{
	const struct pool_node m = { .drained = policy_draining() };
	unsigned char buf[16];
	int len = pool_encode_node(&m, buf, sizeof buf);

	if (len > 0)
		poolsocket_tell(buf, (size_t)len);
}

/* A descriptor that one helper can have at a time, or -1. */
static int
take_turn(void)
{
	int fd = rundir_open(PATH_LEADERS, 0700);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	return fd;
}

void
askpool_held(int conn, uid_t caller)
{
	uid_t pool;
	int turn = -1;

	if (caller != 0 && (poolsocket_user(&pool) || pool != caller)) {
		reply_error(conn, "this is for holdfast-pool alone");
		return;
	}
	/* Whatever that user's processes do, root's are woken so often and no more. */
	if (caller != 0 && (turn = take_turn()) < 0) {
		reply_error(conn, "all was told a moment ago");
		return;
	}
	tell_node();
	wake_all();
	reply_plain(conn, VOUCH_HELD_IS, 0);
	if (turn >= 0)
		poll(NULL, 0, HELD_PAUSE_MS);
	fd_close(&turn);
}
