/* SPDX-License-Identifier: MIT */
#include "hop_talk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

#include "audit.h"
#include "counters.h"
#include "endstore.h"
#include "match.h"
#include "receiving.h"
#include "refusal.h"
#include "reply.h"

int
hop_talk_senders(int conn)
{
	int on = 1;

	return setsockopt(conn, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) ? -errno : 0;
}

/* The process that the kernel names with MH, or 0. */
static pid_t
sender_of(struct msghdr *mh)
{
	const struct cmsghdr *cm = CMSG_FIRSTHDR(mh);
	struct ucred cred;

	if (!cm || cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_CREDENTIALS || cm->cmsg_len < CMSG_LEN(sizeof cred))
		return 0;
	memcpy(&cred, CMSG_DATA(cm), sizeof cred);
	return cred.pid;
}

int
hop_talk_receive(int conn, uint8_t type, int timeout_ms, struct hop_message *m)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = { m->buf, sizeof m->buf };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	ssize_t n;

	if (!receiving_wait(conn, timeout_ms))
		return -ETIMEDOUT;
	do
		n = recvmsg(conn, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return -EPIPE;
	/* There is room for credentials alone: the kernel closes descriptors that are passed, and reports that. */
	if (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || m->buf[0] != type)
		return -EBADMSG;
	m->sender = sender_of(&mh);
	m->body = m->buf + 1;
	m->len = (size_t)n - 1;
	return 0;
}

int
hop_talk_send(int conn, const unsigned char *frame, int n)
{
	return n < 0 ? n : reply_bytes(conn, frame + FRAME_HOP_LENGTH, (size_t)n - FRAME_HOP_LENGTH);
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The id of this boot: whether there is one. */
static bool
read_boot(unsigned char boot[FRAME_KEY])
{
	char text[ENDRECORD_BOOT];

	endstore_boot(text);
	if (strlen(text) != 2 * FRAME_KEY)
		return false;
	for (size_t i = 0; i < FRAME_KEY; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		boot[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool
hop_talk_vouches(const struct hop_node *n)
{
	return n->pool->vouch.how != CONFIG_POOL_VOUCH_NO;
}

bool
hop_talk_trusts(const struct hop_node *n, const char *other)
{
	return match_list(other, n->pool->trust) == 1;
}

const char *
hop_talk_node(const struct helper *h, struct hop_node *n)
{
	memset(n, 0, sizeof *n);
	n->pool = &h->policy.pool;
	if (!config_pool_on(n->pool))
		return "this host is in no pool";
	if (!n->pool->resume)
		return "this login resumes no sessions of other nodes (PoolResume)";
	if (config_pool_node(n->pool, n->name))
		return "this node has no name (PoolNode)";
	if (!read_boot(n->boot))
		return "the kernel tells no id of its boot";
	n->keys = n->pool->vouch.how == CONFIG_POOL_VOUCH_KEY ? n->pool->vouch.file : NULL;
	return NULL;
}

int
hop_talk_login(const struct helper *h, const struct ticket *ticket, struct login *l)
{
	int rc = login_find(ticket, l);

	return !rc && l->uid != h->caller ? -EPERM : rc;
}

void
hop_talk_event(const struct login *l, struct event *e, const char *name, const char *address, const char *who,
               const char *node)
{
	struct audit a;

	audit_init(&a, l->user, l->uid);
	audit_begin(&a, e, name, address, who);
	event_add(e, "node", node);
}

void
hop_talk_write(const struct helper *h, struct event *e)
{
	counters_event(event_get(e, "event"), NULL);
	/* The user can cause these at will; holdfastd counts them, and says when there are too many. */
	refusal_tell(h->slot);
	if (!h->quiet)
		audit_plain(LOG_INFO, e);
}
