/* SPDX-License-Identifier: MIT */
#include "requests.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admission.h"
#include "attachments.h"
#include "awaited.h"
#include "cause.h"
#include "claim.h"
#include "clock.h"
#include "confirm.h"
#include "departures.h"
#include "expiry.h"
#include "notice.h"
#include "pages.h"
#include "peercred.h"
#include "peers.h"
#include "printable.h"
#include "probe.h"
#include "report.h"
#include "script_follow.h"
#include "script_print.h"
#include "script_quiet.h"
#include "script_send.h"
#include "session.h"
#include "status.h"
#include "times.h"
#include "upgrade.h"

static unsigned char PAGES_OWN incoming[MESSAGE_MAX];
static unsigned char PAGES_OWN outgoing[MESSAGE_MAX];

/* Requests from any process of the user's. */

static void
on_status(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct attach_status s;

	(void)msg;
	(void)len;
	status_fill(peer->keeper, &s);
	peer_send(peer, outgoing, attach_encode_status(&s, outgoing, sizeof outgoing));
}

static void
on_who(struct peer *peer, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	peer_send(peer, outgoing, status_put_who(peer->keeper, outgoing, sizeof outgoing));
}

static void
on_probe(struct peer *peer, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	probe_ask(peer);
}

static void
say_done(struct peer *peer)
{
	peer_send(peer, outgoing, attach_encode_plain(ATTACH_MSG_DONE, outgoing, sizeof outgoing));
}

static void
on_detach(struct peer *peer, const unsigned char *msg, size_t len)
{
	uint32_t which;

	if (attach_decode_number(&which, msg, len) < 0 || which != 0) {
		peer_mark_gone(peer);
		return;
	}
	if (!awaited_held(peer->keeper)) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE, "the session is not attached");
		return;
	}
	departures_detach_all(peer->keeper, peer, ATTACH_WHY_DETACH);
	say_done(peer);
}

static void
on_rename(struct peer *peer, const unsigned char *msg, size_t len)
{
	char name[NAME_CAP];

	if (attach_decode_name(name, msg, len) < 0) {
		peer_mark_gone(peer);
	} else if (name[0] && !attach_name_ok(name)) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NAME,
		            "not a valid session name: use " ATTACH_NAME_RULE);
	} else {
		memcpy(peer->keeper->name, name, sizeof name);
		report_name(peer->keeper);
		say_done(peer);
	}
}

static void
on_kill(struct peer *peer, const unsigned char *msg, size_t len)
{
	uint32_t signal;

	if (attach_decode_number(&signal, msg, len) < 0 || signal < 1 || signal >= NSIG) {
		peer_mark_gone(peer);
		return;
	}
	if (session_signal_ends((int)signal))
		cause_request(peer->keeper, (int)signal, peer->fd);
	session_kill(peer->keeper, (int)signal);
	say_done(peer);
}

static void
on_env(struct peer *peer, const unsigned char *msg, size_t len)
{
	const struct peer *live = peers_live(peer->keeper);

	(void)msg;
	(void)len;
	if (!live)
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE, "the session is not attached");
	else
		peer_send(peer, outgoing, attach_encode_env(&live->connection, outgoing, sizeof outgoing));
}

static void
on_switch(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct peer *live = peers_live(peer->keeper);
	struct attach_detached m;

	if (attach_decode_detached(&m, msg, len) < 0 || !m.target[0]) {
		peer_mark_gone(peer);
	} else if (!live) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE, "the session is not attached");
	} else {
		say_done(peer);
		attachments_detach(live, ATTACH_WHY_SWITCH, m.target);
	}
}

/* The look and the deed are one step: an attachment, or an open claim, in this moment keeps the session. */
static void
on_expire(struct peer *peer, const unsigned char *msg, size_t len)
{
	int64_t away = expiry_away_s(peer->keeper);
	uint32_t seconds;

	if (attach_decode_number(&seconds, msg, len) < 0) {
		peer_mark_gone(peer);
	} else if (away < 0 || away < (int64_t)seconds) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_BUSY, "the session has not been detached for that long");
	} else {
		cause_request(peer->keeper, SIGHUP, peer->fd);
		session_kill(peer->keeper, SIGHUP);
		say_done(peer);
	}
}

static void
on_message(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct ucred from;
	char text[TEXT_CAP];

	if (attach_decode_text(text, msg, len) < 0 || peercred_get(peer->fd, &from))
		peer_mark_gone(peer);
	else if (peer->keeper->state != KEEPER_RUNNING)
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_ENDED, "its shell is not running");
	else if (notice_message(peer->keeper, from.uid, text) < 0)
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_BUSY, "its terminal is not accepting output");
	else
		say_done(peer);
}

static void
on_last(struct peer *peer, const unsigned char *msg, size_t len)
{
	char text[TEXT_CAP / 2];

	(void)msg;
	(void)len;
	cause_last_line(peer->keeper, text, sizeof text);
	peer_send(peer, outgoing, attach_encode_text(ATTACH_MSG_LAST_IS, text, outgoing, sizeof outgoing));
}

static void
on_times(struct peer *peer, const unsigned char *msg, size_t len)
{
	static struct attach_times PAGES_OWN m;

	(void)msg;
	(void)len;
	times_tell(peer->keeper->times, &peer->keeper->ring, &m);
	peer_send(peer, outgoing, attach_encode_times(&m, outgoing, sizeof outgoing));
	pages_give_back(&m, sizeof m);
}

static void
on_confirm(struct peer *peer, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	confirm(peer);
}

static void
on_told(struct peer *peer, const unsigned char *msg, size_t len)
{
	char text[TEXT_CAP];

	if (attach_decode_text(text, msg, len) < 0) {
		peer_mark_gone(peer);
		return;
	}
	printable_clean(text);
	snprintf(peer->told, sizeof peer->told, "%.*s", (int)sizeof peer->told - 1, text);
}

static void
on_winch(struct peer *peer, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	if (terminal_update_size(&peer->t))
		attachments_fit_size(peer->keeper);
}

static void
on_upgrade(struct peer *peer, const unsigned char *msg, size_t len)
{
	(void)msg;
	(void)len;
	upgrade_ask(peer);
}

#define ANY (1u << PEER_OPEN | 1u << PEER_VOUCHING | 1u << PEER_CLAIMED | 1u << PEER_ATTACHED)

/*
 * The messages, the phases that permit them, and their length; 0: the handler decodes it.  CLAIM, the one that brings
 * descriptors, is looked at apart.
 */
static const struct {
	uint8_t type;
	uint8_t length;
	unsigned phases;
	void (*handle)(struct peer *peer, const unsigned char *msg, size_t len);
} messages[] = {
	{ ATTACH_MSG_STATUS, 1, ANY, on_status },
	{ ATTACH_MSG_WHO, 1, ANY, on_who },
	{ ATTACH_MSG_PROBE, 1, ANY, on_probe },
	{ ATTACH_MSG_DETACH, 0, ANY, on_detach },
	{ ATTACH_MSG_RENAME, 0, ANY, on_rename },
	{ ATTACH_MSG_KILL, 0, ANY, on_kill },
	{ ATTACH_MSG_ENV, 1, ANY, on_env },
	{ ATTACH_MSG_SWITCH, 0, ANY, on_switch },
	{ ATTACH_MSG_EXPIRE, 0, ANY, on_expire },
	{ ATTACH_MSG_MESSAGE, 0, ANY, on_message },
	{ ATTACH_MSG_LAST, 1, ANY, on_last },
	{ ATTACH_MSG_UPGRADE, 1, ANY, on_upgrade },
	{ ATTACH_MSG_TIMES, 1, ANY, on_times },
	{ ATTACH_MSG_SEND, 0, 1u << PEER_OPEN, script_send },
	{ ATTACH_MSG_PRINT, 0, 1u << PEER_OPEN, script_print },
	{ ATTACH_MSG_FOLLOW, 0, 1u << PEER_OPEN, script_follow },
	{ ATTACH_MSG_QUIET, 1, 1u << PEER_OPEN, script_quiet },
	{ ATTACH_MSG_CONFIRM, 1, 1u << PEER_CLAIMED, on_confirm },
	{ ATTACH_MSG_TOLD, 0, 1u << PEER_CLAIMED, on_told },
	{ ATTACH_MSG_WINCH, 1, 1u << PEER_CLAIMED | 1u << PEER_ATTACHED, on_winch },
};

static void
dispatch(struct peer *peer, const unsigned char *msg, size_t len)
{
	int type = attach_type_of(msg, len);

	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
		if (messages[i].type == type && (messages[i].phases & 1u << peer->phase) &&
		    (!messages[i].length || messages[i].length == len)) {
			messages[i].handle(peer, msg, len);
			return;
		}
	peer_mark_gone(peer);
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
on_message_waits(void *object, short revents)
{
	struct peer *peer = object;
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
	/* The request must not see attachments that have gone in this turn. */
	departures_sweep(peer->keeper);
	if (peer->phase == PEER_GONE)
		return;
	n = recvmsg(peer->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	count = n < 0 ? 0 : take_descriptors(&mh, fds);
	if (n <= 0 || count < 0) {
		if (count > 0)
			close_all(fds, (unsigned)count);
		peer_mark_gone(peer);
	} else if (attach_type_of(incoming, (size_t)n) == ATTACH_MSG_CLAIM && peer->phase == PEER_OPEN) {
		claim_open(peer, incoming, (size_t)n, fds, (unsigned)count);
	} else {
		close_all(fds, (unsigned)count);
		dispatch(peer, incoming, (size_t)n);
	}
	pages_give_back(incoming, sizeof incoming);
	pages_give_back(outgoing, sizeof outgoing);
}

/* Makes room: marks the oldest peer that has claimed nothing. */
static bool
evict(struct keeper *k)
{
	struct peer *oldest = NULL;

	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if ((peer->phase == PEER_OPEN || peer->phase == PEER_CHECKING) && (!oldest || peer->age < oldest->age))
			oldest = peer;
	}
	if (oldest)
		peer_mark_gone(oldest);
	return oldest != NULL;
}

static struct peer *
new_peer(struct keeper *k, int fd)
{
	struct peer *peer = calloc(1, sizeof *peer);

	if (!peer)
		return NULL;
	peer->keeper = k;
	peer->fd = fd;
	peer->phase = PEER_OPEN;
	peer->age = ++k->peers.clock;
	peer->deadline = CLOCK_NEVER;
	peer->t.in = peer->t.out = -1;
	return peer;
}

static void
on_connection(void *object, short revents)
{
	struct keeper *k = object;
	struct peer *peer = NULL;
	int fd, rc;

	(void)revents;
	/* A place is free only after this turn; the connection waits until then. */
	if (k->peers.count == PEERS_MAX && evict(k))
		return;
	fd = accept4(k->dir.sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			k->peers.deaf = !evict(k);
		return;
	}
	rc = admission_check(fd);
	if (k->peers.count < PEERS_MAX && (rc == 0 || (rc == -EACCES && k->leader >= 0)))
		peer = new_peer(k, fd);
	if (!peer) {
		close(fd);
		return;
	}
	k->peers.v[k->peers.count++] = peer;
	if (rc)
		admission_ask(peer);
}

void
requests_watch(struct keeper *k, struct loop *l)
{
	if (!k->peers.deaf)
		loop_add(l, k->dir.sock, POLLIN, on_connection, k);
	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (peer->phase != PEER_CHECKING)
			loop_add(l, peer->fd, POLLIN, on_message_waits, peer);
		if (peer->phase == PEER_VOUCHING)
			loop_until(l, peer->vouch_by);
		loop_until(l, peer->deadline);
	}
}

void
requests_turn(struct keeper *k)
{
	uint64_t now = 0;

	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (peer->deadline != CLOCK_NEVER || peer->phase == PEER_VOUCHING)
			now = now ? now : clock_now_ms();
		if (peer->deadline <= now)
			peer_mark_gone(peer);
		else if (peer->phase == PEER_VOUCHING && peer->vouch_by <= now)
			claim_unanswered(peer);
	}
}
