/* SPDX-License-Identifier: MIT */
#include "script_follow.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "script_state.h"
#include "times.h"

static unsigned char out[TEXT_CAP + 64];

static unsigned
followers(const struct keeper *k)
{
	unsigned n = 0;

	for (unsigned i = 0; i < k->peers.count; i++)
		n += k->peers.v[i]->phase == PEER_OPEN && k->peers.v[i]->script && k->peers.v[i]->script->follow.on;
	return n;
}

static const struct ring *
ring_of(const struct peer *peer)
{
	return peer->keeper->source->ring(peer->keeper, peer->script->follow.channel);
}

/* The oldest byte that is there.  A ring of a command has given back what its client has. */
static uint64_t
oldest_of(const struct peer *peer)
{
	struct keeper *k = peer->keeper;

	return k->source->keeps_all ? k->source->first(k, peer->script->follow.channel) : ring_oldest(ring_of(peer));
}

/* Sends a message, and the LEN bytes at BYTES behind it: 1; 0: its socket takes no more; -1: it is gone. */
static int
put(struct peer *peer, int head, const void *bytes, size_t len)
{
	struct iovec iov[2] = { { out, (size_t)head }, { (void *)bytes, len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = head < 0 ? -1 : sendmsg(peer->fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n == (ssize_t)(head + (ssize_t)len))
		return 1;
	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
		return 0;
	peer_mark_gone(peer);
	return -1;
}

/* The output from NEXT on, up to UNTIL. */
static int
put_output(struct peer *peer, uint64_t until)
{
	struct script_follow *f = &peer->script->follow;
	const struct ring *r = ring_of(peer);
	uint64_t len = (until < r->head ? until : r->head) - f->next;
	int rc;

	if (len > ATTACH_FOLLOWED_MAX)
		len = ATTACH_FOLLOWED_MAX;
	rc = put(peer, attach_encode_followed(f->next, out, sizeof out), ring_at(r, f->next), (size_t)len);
	if (rc > 0)
		f->next += len;
	return rc;
}

/* The size at OFFSET of the output, and at *UNTIL, up to which it is that. */
static struct attach_sized
size_at(const struct keeper *k, uint64_t offset, uint64_t *until)
{
	const struct times *t = k->times;
	struct attach_sized size = { offset, k->size.ws_row, k->size.ws_col };

	*until = UINT64_MAX;
	for (uint32_t i = t && k->source->has_terminal ? t->count : 0; i > 0; i--) {
		const struct times_row *row = &t->v[i - 1];

		if (row->rows != size.rows || row->cols != size.cols)
			*until = i < t->count ? t->v[i].offset : UINT64_MAX;
		size.rows = row->rows;
		size.cols = row->cols;
		if (row->offset <= offset)
			break;
	}
	return size;
}

/* The next message that is due: as put(); 2: there is none. */
static int
put_next(struct peer *peer)
{
	struct script_follow *f = &peer->script->follow;
	const struct ring *r = ring_of(peer);
	uint64_t oldest = oldest_of(peer), until;
	struct attach_gap gap = { f->next, oldest };
	struct attach_sized size = size_at(peer->keeper, f->next, &until);
	int rc;

	if (f->next < oldest) {
		rc = put(peer, attach_encode_gap(&gap, out, sizeof out), NULL, 0);
		if (rc > 0)
			f->next = oldest;
		return rc;
	}
	if (size.rows != f->rows || size.cols != f->cols) {
		rc = put(peer, attach_encode_sized(&size, out, sizeof out), NULL, 0);
		if (rc > 0) {
			f->rows = size.rows;
			f->cols = size.cols;
		}
		return rc;
	}
	return f->next < r->head ? put_output(peer, until) : 2;
}

void
script_follow_turn(struct peer *peer)
{
	struct script_follow *f = &peer->script->follow;
	int rc = 1;

	if (!f->on)
		return;
	for (int i = 0; i < SCRIPT_FOLLOW_PACKETS && rc == 1; i++)
		rc = put_next(peer);
	f->blocked = rc == 0 || rc == 1;
}

/* The size at which its output begins comes first. */
static void
begin(struct peer *peer)
{
	struct script_follow *f = &peer->script->follow;
	uint64_t oldest = oldest_of(peer), until;
	struct attach_sized size = size_at(peer->keeper, f->next < oldest ? oldest : f->next, &until);

	f->on = true;
	f->rows = size.rows;
	f->cols = size.cols;
	put(peer, attach_encode_sized(&size, out, sizeof out), NULL, 0);
}

/* Where it begins; false: not in this session's output. */
static bool
find_start(struct peer *peer, const struct attach_follow *m)
{
	struct script_follow *f = &peer->script->follow;
	const struct ring *r = ring_of(peer);

	f->next = m->from == ATTACH_FOLLOW_OFFSET ? m->offset
	          : m->from == ATTACH_FOLLOW_NOW  ? r->head
	                                          : oldest_of(peer);
	return f->next <= r->head;
}

void
script_follow(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct keeper *k = peer->keeper;
	struct attach_follow m;
	struct script *s;

	if (attach_decode_follow(&m, msg, len) < 0) {
		peer_mark_gone(peer);
		return;
	}
	s = script_of(peer);
	if (!s)
		return;
	if (s->follow.on) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_BUSY, "this connection follows it already");
	} else if (followers(k) >= ATTACH_FOLLOWERS_MAX) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_TROUBLE,
		            "too many processes follow its output already");
	} else if (!k->source->ring(k, m.channel)) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE, "it has no such output");
	} else {
		s->follow.channel = m.channel;
		if (find_start(peer, &m))
			begin(peer);
		else
			peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_OTHER, "its output has not come so far");
	}
}

/* All output has been sent: how the session has ended.  As put(). */
static int
put_end(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct shell_exit end = shell_exit(&k->shell);
	struct attach_exit m = { .signaled = end.signaled, .value = end.value };
	int rc = 1;

	if (k->cause[0])
		rc = put(peer, attach_encode_text(ATTACH_MSG_CAUSE, k->cause, out, sizeof out), NULL, 0);
	return rc == 1 ? put(peer, attach_encode_exit(&m, out, sizeof out), NULL, 0) : rc;
}

bool
script_follow_end(struct peer *peer)
{
	struct script_follow *f = &peer->script->follow;
	int rc = 1;

	if (!f->on)
		return true;
	while (rc == 1)
		rc = put_next(peer);
	if (rc == 2)
		rc = put_end(peer);
	f->on = f->blocked = rc == 0;
	return !f->on;
}

/* Its socket is full, or there would be nothing to say: makes room for some small messages more (socket(7)). */
static void
make_room(const struct peer *peer)
{
	socklen_t len = sizeof(int);
	int room;

	/* What is set is half of what is told. */
	if (getsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &room, &len) == 0)
		setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

void
script_follow_cut(struct peer *peer)
{
	struct script_follow *f = &peer->script->follow;
	struct attach_gap gap;

	if (!f->on)
		return;
	gap = (struct attach_gap){ f->next, ring_of(peer)->head };
	make_room(peer);
	f->on = f->blocked = false;
	if (gap.from == gap.to || put(peer, attach_encode_gap(&gap, out, sizeof out), NULL, 0) == 1)
		put_end(peer);
}
