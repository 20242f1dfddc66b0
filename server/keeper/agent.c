/* SPDX-License-Identifier: MIT */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bounds.h"
#include "clock.h"

#define DEAF_MS 500

static bool
peer_is_user(int fd, bool root_too)
{
	struct ucred c;
	socklen_t len = sizeof c;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) < 0)
		return false;
	return c.uid == geteuid() || (root_too && c.uid == 0);
}

/* Opens the directory of PATH if it is the user's and nobody else's to write, and copies the last part to NAME. */
static int
open_agent_directory(const char *path, char *name, size_t cap)
{
	char dir[PATH_CAP];
	const char *slash = strrchr(path, '/');
	struct stat st;
	int fd;

	if (path[0] != '/' || !slash[1] || slash == path || (size_t)(slash - path) >= sizeof dir ||
	    strlen(slash + 1) >= cap)
		return -EINVAL;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	memcpy(name, slash + 1, strlen(slash + 1) + 1);
	fd = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

int
agent_connect(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char name[64];
	struct stat st;
	int dir = open_agent_directory(path, name, sizeof name), fd = -1, rc = -EPERM;

	if (dir < 0)
		return dir;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		rc = -errno;
		goto out;
	}
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		goto out;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d/%s", dir, name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof sa) < 0) {
		rc = -errno;
		goto out;
	}
	/* The name may have changed hands between the look and the connection: this is what counts. */
	if (peer_is_user(fd, true))
		rc = fd;
out:
	if (rc < 0 && fd >= 0)
		close(fd);
	close(dir);
	return rc;
}

static void
relay_close(struct agent_relay *r)
{
	if (r->asker >= 0)
		close(r->asker);
	if (r->answerer >= 0)
		close(r->answerer);
	r->asker = r->answerer = -1;
}

/* A free place, with memory; NULL when there is none. */
static struct agent_relay *
free_relay(struct agent *a)
{
	for (int i = 0; i < AGENT_RELAYS; i++) {
		if (!a->relays[i]) {
			a->relays[i] = malloc(sizeof **a->relays);
			if (a->relays[i])
				a->relays[i]->asker = a->relays[i]->answerer = -1;
			return a->relays[i];
		}
		if (a->relays[i]->asker < 0)
			return a->relays[i];
	}
	return NULL;
}

bool
agent_listens(struct agent *a, struct loop *l)
{
	if (a->deaf_until && clock_now_ms() < a->deaf_until) {
		loop_until(l, a->deaf_until);
		return false;
	}
	a->deaf_until = 0;
	return true;
}

void
agent_accept(struct agent *a, int listener, const char *path)
{
	struct agent_relay *r;
	int asker = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), answerer = -1;

	if (asker < 0) {
		/* It goes on waiting, and would be reported again and again. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			a->deaf_until = clock_now_ms() + DEAF_MS;
		return;
	}
	r = free_relay(a);
	if (!r || !peer_is_user(asker, true)) {
		close(asker);
		return;
	}
	if (path)
		answerer = agent_connect(path);
	memset(r, 0, sizeof *r);
	r->asker = asker;
	r->answerer = answerer < 0 ? -1 : answerer;
}

/* Moves what can be moved from FROM to TO; false when the connection is over. */
static bool
flow(struct agent_flow *f, int from, int to)
{
	ssize_t n;

	if (f->at == f->len && !f->ended) {
		n = read(from, f->buf, sizeof f->buf);
		if (n == 0)
			f->ended = true;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		f->at = 0;
		f->len = n > 0 ? (size_t)n : 0;
	}
	if (f->at < f->len) {
		n = send(to, f->buf + f->at, f->len - f->at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n > 0)
			f->at += (size_t)n;
	}
	return !(f->ended && f->at == f->len);
}

/* Nobody is there to ask: says so once there is a question, for a client that writes to a closed socket dies of it. */
static void
refuse(struct agent_relay *r)
{
	static const unsigned char failure[] = { 0, 0, 0, 1, 5 };

	if (read(r->asker, r->question.buf, sizeof r->question.buf) > 0)
		send(r->asker, failure, sizeof failure, MSG_NOSIGNAL | MSG_DONTWAIT);
	relay_close(r);
}

static void
relay_ready(void *object, short revents)
{
	struct agent_relay *r = object;

	if (r->asker < 0)
		return;
	if (r->answerer < 0) {
		refuse(r);
		return;
	}
	/* Gone, with nothing to be read or no room to read it: waiting on would return at once for ever. */
	if ((revents & (POLLHUP | POLLERR)) && !(revents & POLLIN)) {
		relay_close(r);
		return;
	}
	if (!flow(&r->question, r->asker, r->answerer) || !flow(&r->answer, r->answerer, r->asker))
		relay_close(r);
}

void
agent_watch(struct agent *a, struct loop *l)
{
	for (int i = 0; i < AGENT_RELAYS; i++) {
		struct agent_relay *r = a->relays[i];
		short asker = 0, answerer = 0;

		if (!r)
			continue;
		if (r->asker < 0) {
			/* Free since the last turn: no handler can be called with it any more. */
			free(r);
			a->relays[i] = NULL;
			continue;
		}
		if (r->question.at < r->question.len)
			answerer |= POLLOUT;
		else
			asker |= POLLIN;
		if (r->answer.at < r->answer.len)
			asker |= POLLOUT;
		else
			answerer |= POLLIN;
		loop_add(l, r->asker, asker, relay_ready, r);
		loop_add(l, r->answerer, answerer, relay_ready, r);
	}
}

void
agent_close_all(struct agent *a)
{
	for (int i = 0; i < AGENT_RELAYS; i++) {
		if (a->relays[i])
			relay_close(a->relays[i]);
		free(a->relays[i]);
		a->relays[i] = NULL;
	}
}
