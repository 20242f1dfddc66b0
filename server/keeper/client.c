/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attached.h"
#include "claim.h"
#include "clock.h"
#include "framed.h"
#include "keeper.h"
#include "lastline.h"
#include "notice.h"
#include "peering.h"

static unsigned char incoming[MESSAGE_MAX];
static unsigned char outgoing[MESSAGE_MAX];

void
client_send(struct client *c, const unsigned char *msg, int len)
{
	if (c->fd < 0)
		return;
	if (len <= 0 || send(c->fd, msg, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) != len)
		client_give_up(c);
}

void
client_refuse(struct client *c, uint8_t type, enum attach_refusal code, const char *text)
{
	struct attach_refused m = { .code = code };

	snprintf(m.text, sizeof m.text, "%s", text);
	client_send(c, outgoing, attach_encode_refused(type, &m, outgoing, sizeof outgoing));
}

void
client_give_up(struct client *c)
{
	struct keeper *k = c->keeper;
	bool was_attached = c->phase == CLIENT_ATTACHED;

	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	k->clients.deaf = false;
	c->phase = CLIENT_PEER;
	c->deadline = CLOCK_NEVER;
	if (k->clients.alone == c)
		k->clients.alone = NULL;
	if (was_attached) {
		attached_release(c);
		attached_unanswered(c);
	}
	if (k->clients.before == c)
		k->clients.before = NULL;
	framed_free(c);
	terminal_close(&c->t);
	if (was_attached) {
		if (attached_count(k))
			notice_login(k);
		keeper_report(k, &(struct lead_report){ .type = LEAD_GONE, .number = c->serial });
		if (attached_count(k)) {
			keeper_fit_size(k);
			/* Nor do those who stay wait for the Ctrl-Q of one who has gone. */
			if (!k->command && k->slave >= 0)
				settings_let_go_on(k->slave);
		} else {
			keeper_dropped(k);
		}
	}
}

static void
client_free(struct client *c)
{
	envlist_free(&c->claim.env);
	free(c->claim.command);
	envlist_free(&c->connection);
	free(c->agent_path);
	free(c);
}

void
client_sweep(struct keeper *k)
{
	uint64_t now = 0;
	unsigned left = 0;

	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (c->deadline != CLOCK_NEVER || c->phase == CLIENT_VOUCHING)
			now = now ? now : clock_now_ms();
		if (c->deadline <= now)
			client_give_up(c);
		else if (c->phase == CLIENT_VOUCHING && c->vouch_by <= now)
			claim_unanswered(c);
		if (c->fd >= 0)
			k->clients.v[left++] = c;
		else
			client_free(c);
	}
	k->clients.count = left;
}

void
client_give_up_all(struct keeper *k)
{
	for (unsigned i = 0; i < k->clients.count; i++)
		client_give_up(k->clients.v[i]);
}

/* Requests that anybody of the user's may make. */

static void
on_status(struct client *c, const unsigned char *msg, size_t len)
{
	struct attach_status s;

	(void)msg;
	(void)len;
	keeper_status(c->keeper, &s);
	client_send(c, outgoing, attach_encode_status(&s, outgoing, sizeof outgoing));
}

static void
on_probe(struct client *c, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	probe_ask(c);
}

static void
say_done(struct client *c)
{
	client_send(c, outgoing, attach_encode_plain(ATTACH_DONE, outgoing, sizeof outgoing));
}

static void
on_detach(struct client *c, const unsigned char *msg, size_t len)
{
	uint32_t which;

	if (attach_decode_number(&which, msg, len) < 0 || which != 0) {
		client_give_up(c);
		return;
	}
	if (!attached_count(c->keeper)) {
		client_refuse(c, ATTACH_ERROR, ATTACH_NOWHERE, "nobody is attached to it");
		return;
	}
	attached_detach_all(c->keeper, c, ATTACH_WHY_DETACH);
	say_done(c);
}

static void
on_rename(struct client *c, const unsigned char *msg, size_t len)
{
	char name[NAME_CAP];

	if (attach_decode_name(name, msg, len) < 0) {
		client_give_up(c);
	} else if (name[0] && !attach_name_ok(name)) {
		client_refuse(c, ATTACH_ERROR, ATTACH_NAME,
		              "a name is 1 to 32 of A-Z a-z 0-9 . _ - and not a number, 'new' or 'off'");
	} else {
		memcpy(c->keeper->name, name, sizeof name);
		claim_tell_name(c->keeper);
		say_done(c);
	}
}

static void
on_kill(struct client *c, const unsigned char *msg, size_t len)
{
	uint32_t signal;

	if (attach_decode_number(&signal, msg, len) < 0 || signal < 1 || signal >= NSIG) {
		client_give_up(c);
		return;
	}
	keeper_kill(c->keeper, (int)signal);
	say_done(c);
}

static void
on_env(struct client *c, const unsigned char *msg, size_t len)
{
	const struct client *live = attached_live(c->keeper);

	(void)msg;
	(void)len;
	if (!live)
		client_refuse(c, ATTACH_ERROR, ATTACH_NOWHERE, "nobody is attached to it");
	else
		client_send(c, outgoing, attach_encode_env(&live->connection, outgoing, sizeof outgoing));
}

static void
on_switch(struct client *c, const unsigned char *msg, size_t len)
{
	struct client *live = attached_live(c->keeper);
	struct attach_detached m;

	if (attach_decode_detached(&m, msg, len) < 0 || !m.target[0]) {
		client_give_up(c);
	} else if (!live) {
		client_refuse(c, ATTACH_ERROR, ATTACH_NOWHERE, "nobody is attached to it");
	} else {
		say_done(c);
		attached_detach(live, ATTACH_WHY_SWITCH, m.target);
	}
}

/* The look and the deed are one step: who is attached in this moment, or about to be, keeps the session. */
static void
on_expire(struct client *c, const unsigned char *msg, size_t len)
{
	int64_t away = expiry_away_s(c->keeper);
	uint32_t seconds;

	if (attach_decode_number(&seconds, msg, len) < 0) {
		client_give_up(c);
	} else if (away < 0 || away < (int64_t)seconds) {
		client_refuse(c, ATTACH_ERROR, ATTACH_BUSY, "it has not been left for so long");
	} else {
		keeper_kill(c->keeper, SIGHUP);
		say_done(c);
	}
}

static void
on_message(struct client *c, const unsigned char *msg, size_t len)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred from;
	char text[TEXT_CAP];

	if (attach_decode_text(text, msg, len) < 0 || getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &from, &size) < 0)
		client_give_up(c);
	else if (c->keeper->state != KEEPER_RUNNING)
		client_refuse(c, ATTACH_ERROR, ATTACH_ENDED, "its shell does not run");
	else if (notice_message(c->keeper, from.uid, text) < 0)
		client_refuse(c, ATTACH_ERROR, ATTACH_BUSY, "its terminal takes nothing now");
	else
		say_done(c);
}

static void
on_last(struct client *c, const unsigned char *msg, size_t len)
{
	const struct ring *r = &c->keeper->ring;
	uint64_t from = ring_oldest(r);
	char text[TEXT_CAP / 2];

	(void)msg;
	(void)len;
	if (r->head - from > LASTLINE_LOOK)
		from = r->head - LASTLINE_LOOK;
	lastline_find(text, sizeof text, ring_at(r, from), (size_t)(r->head - from), from == 0);
	client_send(c, outgoing, attach_encode_text(ATTACH_LAST_IS, text, outgoing, sizeof outgoing));
}

static void
on_confirm(struct client *c, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	claim_confirm(c);
}

static void
on_winch(struct client *c, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	if (terminal_update_size(&c->t))
		keeper_fit_size(c->keeper);
}

#define ANY (1u << CLIENT_PEER | 1u << CLIENT_VOUCHING | 1u << CLIENT_CLAIMED | 1u << CLIENT_ATTACHED)

/*
 * What may be said, in which phases, and how long it is; 0: the handler decodes it.  CLAIM, the one that brings
 * descriptors, is looked at apart.
 */
static const struct {
	uint8_t type;
	uint8_t length;
	unsigned phases;
	void (*handle)(struct client *c, const unsigned char *msg, size_t len);
} messages[] = {
	{ ATTACH_STATUS, 1, ANY, on_status },
	{ ATTACH_PROBE, 1, ANY, on_probe },
	{ ATTACH_DETACH, 0, ANY, on_detach },
	{ ATTACH_RENAME, 0, ANY, on_rename },
	{ ATTACH_KILL, 0, ANY, on_kill },
	{ ATTACH_ENV, 1, ANY, on_env },
	{ ATTACH_SWITCH, 0, ANY, on_switch },
	{ ATTACH_EXPIRE, 0, ANY, on_expire },
	{ ATTACH_MESSAGE, 0, ANY, on_message },
	{ ATTACH_LAST, 1, ANY, on_last },
	{ ATTACH_CONFIRM, 1, 1u << CLIENT_CLAIMED, on_confirm },
	{ ATTACH_WINCH, 1, 1u << CLIENT_CLAIMED | 1u << CLIENT_ATTACHED, on_winch },
};

static void
dispatch(struct client *c, const unsigned char *msg, size_t len)
{
	int type = attach_type_of(msg, len);

	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
		if (messages[i].type == type && (messages[i].phases & 1u << c->phase) &&
		    (!messages[i].length || messages[i].length == len)) {
			messages[i].handle(c, msg, len);
			return;
		}
	client_give_up(c);
}

static void
close_all(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
}

/* Takes the descriptors out of a received message: at most 2 go to FDS, others are closed.  How many; -1: too many. */
static int
take_descriptors(struct msghdr *mh, int fds[2])
{
	struct cmsghdr *cm;
	int count = 0, bad = 0;

	for (cm = CMSG_FIRSTHDR(mh); cm; cm = CMSG_NXTHDR(mh, cm)) {
		size_t n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cm) + i * sizeof fd, sizeof fd);
			if (count < 2) {
				fds[count++] = fd;
			} else {
				close(fd);
				bad = 1;
			}
		}
	}
	if (bad || (mh->msg_flags & (MSG_CTRUNC | MSG_TRUNC))) {
		close_all(fds, (unsigned)count);
		return -1;
	}
	return count;
}

static void
client_ready(void *object, short revents)
{
	struct client *c = object;
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec iov = { incoming, sizeof incoming };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
	                     .msg_controllen = sizeof control };
	int fds[2], count;
	ssize_t n;

	(void)revents;
	if (c->fd < 0)
		return;
	n = recvmsg(c->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	count = n < 0 ? 0 : take_descriptors(&mh, fds);
	if (n <= 0 || count < 0) {
		if (count > 0)
			close_all(fds, (unsigned)count);
		client_give_up(c);
	} else if (attach_type_of(incoming, (size_t)n) == ATTACH_CLAIM && c->phase == CLIENT_PEER) {
		claim_open(c, incoming, (size_t)n, fds, (unsigned)count);
	} else {
		close_all(fds, (unsigned)count);
		dispatch(c, incoming, (size_t)n);
	}
}

/* Makes room by letting the oldest go that has claimed nothing. */
static bool
evict(struct keeper *k)
{
	struct client *oldest = NULL;

	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (c->fd >= 0 && (c->phase == CLIENT_PEER || c->phase == CLIENT_CHECKING) &&
		    (!oldest || c->age < oldest->age))
			oldest = c;
	}
	if (oldest)
		client_give_up(oldest);
	return oldest != NULL;
}

static struct client *
client_new(struct keeper *k, int fd)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->keeper = k;
	c->fd = fd;
	c->phase = CLIENT_PEER;
	c->age = ++k->clients.clock;
	c->deadline = CLOCK_NEVER;
	c->t.in = c->t.out = -1;
	return c;
}

static void
client_accept(void *object, short revents)
{
	struct keeper *k = object;
	struct client *c = NULL;
	int fd, rc;

	(void)revents;
	/* A place is free only after this turn; the connection waits until then. */
	if (k->clients.count == CLIENTS_MAX && evict(k))
		return;
	fd = accept4(k->place.sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			k->clients.deaf = !evict(k);
		return;
	}
	rc = peering_check(fd);
	if (k->clients.count < CLIENTS_MAX && (rc == 0 || (rc == -EACCES && k->leader >= 0)))
		c = client_new(k, fd);
	if (!c) {
		close(fd);
		return;
	}
	k->clients.v[k->clients.count++] = c;
	if (rc)
		peering_ask(c);
}

void
client_watch(struct keeper *k, struct loop *l)
{
	if (!k->clients.deaf)
		loop_add(l, k->place.sock, POLLIN, client_accept, k);
	for (unsigned i = 0; i < k->clients.count; i++) {
		const struct client *c = k->clients.v[i];

		if (c->phase != CLIENT_CHECKING)
			loop_add(l, c->fd, POLLIN, client_ready, k->clients.v[i]);
		if (c->phase == CLIENT_VOUCHING)
			loop_until(l, c->vouch_by);
		loop_until(l, c->deadline);
	}
}
