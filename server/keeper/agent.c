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
#include "fd.h"
#include "peercred.h"

#define DEAF_MS 500

static bool
peer_is_user(int fd, bool root_too)
{
	struct ucred c;

	if (peercred_get(fd, &c))
		return false;
	return c.uid == geteuid() || (root_too && c.uid == 0);
}

/* Opens the directory of PATH if it is the user's and only the user can write to it; copies the last part to NAME. */
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
	/* The name may have changed hands between the check and the connection: only this check counts. */
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

/* A free place: its number, or -1. */
static int
find_place(const struct agent *a)
{
	for (int i = 0; i < AGENT_RELAYS; i++)
		if (!a->relays[i])
			return i;
	return -1;
}

/* Of the relays in STATE the oldest, or NULL. */
static struct agent_relay *
oldest_in(const struct agent *a, enum agent_state state)
{
	struct agent_relay *oldest = NULL;

	for (int i = 0; i < AGENT_RELAYS; i++) {
		struct agent_relay *r = a->relays[i];

		if (r && r->asker >= 0 && r->state == state && (!oldest || r->age < oldest->age))
			oldest = r;
	}
	return oldest;
}

bool
agent_listens(struct agent *a, struct loop *l)
{
	/* A relay that is CHECKING is relayed or refused in a moment. */
	if (find_place(a) < 0 && !oldest_in(a, AGENT_REFUSED) && oldest_in(a, AGENT_CHECKING))
		return false;
	if (a->deaf_until && clock_now_ms() < a->deaf_until) {
		loop_until(l, a->deaf_until);
		return false;
	}
	a->deaf_until = 0;
	return true;
}

/* Whether a place is free in the next turn: closes a refused relay, unless one was closed in this turn. */
static bool
make_room(struct agent *a)
{
	struct agent_relay *r = oldest_in(a, AGENT_REFUSED);

	for (int i = 0; i < AGENT_RELAYS; i++)
		if (a->relays[i] && a->relays[i]->asker < 0)
			return true;
	if (r)
		relay_close(r);
	return r != NULL;
}

static struct agent_relay *
relay_new(struct agent *a, int place, int asker, unsigned timeout_ms)
{
	struct agent_relay *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->state = AGENT_CHECKING;
	r->asker = asker;
	r->answerer = -1;
	r->age = ++a->clock;
	r->deadline = clock_now_ms() + timeout_ms;
	a->relays[place] = r;
	return r;
}

struct agent_relay *
agent_accept(struct agent *a, int listener, unsigned timeout_ms)
{
	int place = find_place(a), asker;
	struct agent_relay *r = NULL;

	/* A place is free only after this turn; the connection waits until then. */
	if (place < 0 && make_room(a))
		return NULL;
	asker = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (asker < 0) {
		/* It goes on waiting, and would be reported again and again. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			a->deaf_until = clock_now_ms() + DEAF_MS;
		return NULL;
	}
	if (place >= 0 && peer_is_user(asker, true))
		r = relay_new(a, place, asker, timeout_ms);
	if (!r)
		close(asker);
	return r;
}

void
agent_relay(struct agent_relay *r, const char *path)
{
	int answerer = path ? agent_connect(path) : -1;

	r->answerer = answerer < 0 ? -1 : answerer;
	r->state = answerer < 0 ? AGENT_REFUSED : AGENT_RELAYING;
}

void
agent_refuse(struct agent_relay *r)
{
	r->state = AGENT_REFUSED;
}

struct agent_relay *
agent_asked(struct agent *a, uint32_t serial)
{
	for (int i = 0; i < AGENT_RELAYS; i++) {
		struct agent_relay *r = a->relays[i];

		if (r && r->asker >= 0 && r->state == AGENT_CHECKING && r->serial == serial)
			return r;
	}
	return NULL;
}

void
agent_refuse_asked(struct agent *a)
{
	struct agent_relay *r;

	while ((r = oldest_in(a, AGENT_CHECKING)))
		agent_refuse(r);
}

/* Moves as many bytes as possible from FROM to TO; false when the connection is over. */
static bool
flow(struct agent_flow *f, int from, int to)
{
	ssize_t n;

	if (f->at == f->len && !f->ended) {
		n = fd_read(from, f->buf, sizeof f->buf);
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

static bool
say_no(int asker)
{
	static const unsigned char failure[] = { 0, 0, 0, 1, 5 };

	return send(asker, failure, sizeof failure, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof failure;
}

/*
 * Takes whole requests and says no to each: ssh writes a request in two parts, and dies of SIGPIPE where the socket is
 * closed after the first.
 */
static void
answer_no(struct agent_relay *r)
{
	unsigned char *buf = r->question.buf;
	ssize_t n = fd_read(r->asker, buf, sizeof r->question.buf);
	bool over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);

	for (ssize_t i = 0; !over && i < n;) {
		if (r->have < sizeof r->head) {
			r->head[r->have++] = buf[i++];
			if (r->have == sizeof r->head)
				r->skip = (uint32_t)r->head[0] << 24 | (uint32_t)r->head[1] << 16 |
				          (uint32_t)r->head[2] << 8 | r->head[3];
		} else {
			uint32_t step = (size_t)(n - i) < r->skip ? (uint32_t)(n - i) : r->skip;

			r->skip -= step;
			i += step;
		}
		if (r->have == sizeof r->head && !r->skip) {
			r->have = 0;
			over = !say_no(r->asker);
		}
	}
	if (over)
		relay_close(r);
}

static void
relay_ready(void *object, short revents)
{
	struct agent_relay *r = object;

	if (r->asker < 0)
		return;
	if (r->state == AGENT_REFUSED) {
		answer_no(r);
		return;
	}
	/* Its end has gone, with nothing to be read or no room for it: polling for it would return at once for ever. */
	if ((revents & (POLLHUP | POLLERR)) && !(revents & POLLIN)) {
		relay_close(r);
		return;
	}
	if (r->state == AGENT_CHECKING)
		return;
	if (!flow(&r->question, r->asker, r->answerer) || !flow(&r->answer, r->answerer, r->asker))
		relay_close(r);
}

static void
relay_watch(struct agent_relay *r, struct loop *l)
{
	short asker = 0, answerer = 0;

	if (r->state == AGENT_CHECKING && r->deadline <= clock_now_ms())
		agent_refuse(r);
	if (r->state == AGENT_CHECKING) {
		loop_until(l, r->deadline);
		/* poll(2) reports a hang-up also without events. */
		loop_add(l, r->asker, 0, relay_ready, r);
		return;
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

void
agent_watch(struct agent *a, struct loop *l)
{
	for (int i = 0; i < AGENT_RELAYS; i++) {
		struct agent_relay *r = a->relays[i];

		if (r && r->asker < 0) {
			/* Closed in an earlier turn: no handler can be called with it any more. */
			free(r);
			a->relays[i] = NULL;
		} else if (r) {
			relay_watch(r, l);
		}
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
