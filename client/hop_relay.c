/* SPDX-License-Identifier: MIT */
#include "hop_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "exit_status.h"
#include "factory.h"
#include "hop_link.h"
#include "incoming.h"
#include "link_open.h"
#include "link_time.h"
#include "relay_line.h"

#define ROOM 65536u   /* bytes that wait in each direction */
#define ORDER_MS 5000
#define HELLO_MAX 2048
#define LAST_MS 500u  /* what the client has said last gets there, or not */

/* Bytes on their way. */
struct way {
	unsigned char buf[ROOM + FRAME_MAX + FRAME_HEAD]; /* a whole frame fits behind what waits */
	size_t at, len;
	struct relay_edges edges;
	bool ended; /* no more come in */
};

struct relay {
	const struct hop *hop;
	struct transport_target *target;
	const struct transport_asking *asking;
	struct link *link;
	unsigned char frames[HOPMSG_FRAMES_MAX]; /* the client's HELLO, then its ATTACH */
	size_t hello_len, frames_len;
	const char *features;           /* that we add to it */
	unsigned char hello[HELLO_MAX]; /* its HELLO, as it is said to the other node: HELLO_SAID bytes */
	size_t hello_said;
	unsigned char answer[RELAY_LINE_MAX]; /* to LINE_ASK, */
	size_t answer_len;     /* until it can be put between two frames */
	bool attached;
	uint64_t until;        /* the client has gone: the end, at the latest; 0: it has not */
	struct way out, back;  /* to the other node, to the client */
	bool done;
};

static size_t
waiting(const struct way *w)
{
	return w->len - w->at;
}

/* Room for more, with what waits moved to the front. */
static size_t
room(struct way *w)
{
	if (w->at) {
		memmove(w->buf, w->buf + w->at, w->len - w->at);
		w->len -= w->at;
		w->at = 0;
	}
	return w->len < ROOM ? ROOM - w->len : 0;
}

static void
fail(struct relay *r, uint32_t code, const char *text)
{
	struct hopmsg_report m = { .type = HOPMSG_FAILED, .value = code };

	snprintf(m.text, sizeof m.text, "%.*s", (int)sizeof m.text - 1, text);
	hop_report(r->hop, &m);
	r->done = true;
}

/* The length of the frame at P, with its head; 0: there is no whole one. */
static size_t
frame_at(const unsigned char *p, size_t len)
{
	size_t n;

	if (len < FRAME_HEAD)
		return 0;
	n = ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]) + 4;
	return n >= FRAME_HEAD && n <= len ? n : 0;
}

/* HELLO and ATTACH of the client: 0 or a negative errno. */
static int
take_frames(struct relay *r)
{
	struct pollfd p = { .fd = r->hop->fd, .events = POLLIN };
	ssize_t n = poll(&p, 1, ORDER_MS) == 1 ? recv(p.fd, r->frames, sizeof r->frames, MSG_DONTWAIT) : -1;

	if (n <= 0)
		return -EPIPE;
	r->frames_len = (size_t)n;
	r->hello_len = frame_at(r->frames, r->frames_len);
	if (!r->hello_len || frame_at(r->frames + r->hello_len, r->frames_len - r->hello_len) != r->frames_len - r->hello_len)
		return -EBADMSG;
	n = relay_line_hello(r->frames, r->hello_len, r->features, r->hello, sizeof r->hello);
	r->hello_said = n > 0 ? (size_t)n : 0;
	return 0;
}

static void
connect_to_node(struct relay *r)
{
	r->link = link_open(r->target, r->asking, TRANSPORT_SUBSYSTEM, LINK_IDLE_MS, NULL);
	if (!r->link) {
		fail(r, 0, "out of memory");
		return;
	}
	r->link->hello_of = r->hello_said ? r->hello : r->frames;
	r->link->hello_len = r->hello_said ? r->hello_said : r->hello_len;
}

/* The link is dead.  What libssh can't do with that node, ssh does. */
static void
dead(struct relay *r)
{
	struct link *l = r->link;

	if (!transport_turns_to_ssh(l->transport)) {
		fail(r, 0, l->why);
		return;
	}
	link_free(l);
	connect_to_node(r);
}

static void
send_attach(struct relay *r)
{
	struct link *l = r->link;

	link_put(l, r->frames + r->hello_len, (int)(r->frames_len - r->hello_len));
	l->asked_attach = true;
	l->starting = true;
	link_expect(l, clock_now_ms());
	link_flush(l);
}

static void
append(struct way *w, const unsigned char *p, size_t len)
{
	memcpy(w->buf + w->len, p, len);
	w->len += len;
}

/* LEN bytes have come from the other node, and are in BACK. */
static void
heed(struct relay *r, size_t len)
{
	unsigned char ping[RELAY_LINE_MAX];
	struct way *w = &r->back;

	if (relay_edges_follow(&w->edges, w->buf + w->len - len, len, FRAME_LINE_ASK))
		append(w, ping, (size_t)relay_line_asked(relay_edges_between(&w->edges), ping));
}

/* From ATTACHED on all that comes is the client's: the frame F, and what has been read behind it. */
static void
begin(struct relay *r, const struct frame *f)
{
	struct hopmsg_report m = { .type = HOPMSG_ATTACHED, .value = r->hop->order.session };
	struct frame_reader *in = &r->link->reader;
	uint32_t n = (uint32_t)f->len + 1;
	unsigned char head[FRAME_HEAD] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16), (unsigned char)(n >> 8),
		                           (unsigned char)n, f->type };
	struct way *w = &r->back;

	append(w, head, sizeof head);
	append(w, f->body, f->len);
	append(w, in->buf + in->at, in->len - in->at);
	heed(r, w->len);
	r->attached = true;
	hop_report(r->hop, &m);
}

static void
look_at_link(struct relay *r)
{
	struct link *l = r->link;
	struct frame_text t;
	struct frame f;

	while (!r->attached && !r->done && link_next(l, &f) > 0) {
		if (f.type == FRAME_ATTACHED)
			begin(r, &f);
		else if (f.type == FRAME_ERROR && frame_get_text(f.type, &t, f.body, f.len) == 0)
			fail(r, t.code, t.text);
	}
	if (r->attached || r->done)
		return;
	link_tick(l, clock_now_ms());
	if (l->silent)
		link_fail(l, "no answer");
	if (l->phase != LINK_DEAD && !l->asked_attach && hop_link_ready(r->hop, l, false))
		send_attach(r);
	if (l->phase == LINK_DEAD)
		dead(r);
}

/* Bytes, both ways. */

static void
from_client(struct relay *r)
{
	struct way *w = &r->out;
	size_t space = room(w);
	ssize_t n = space ? read(0, w->buf + w->len, space) : 1;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		w->ended = true;
		r->until = clock_now_ms() + LAST_MS;
	} else if (n > 0 && space) {
		w->len += (size_t)n;
		relay_edges_follow(&w->edges, w->buf + w->len - (size_t)n, (size_t)n, 0);
	}
}

static void
answer(struct relay *r)
{
	if (!r->answer_len)
		r->answer_len = (size_t)relay_line_answer(clock_now_ms(), r->answer);
	if (!relay_edges_between(&r->out.edges) || !room(&r->out))
		return;
	append(&r->out, r->answer, r->answer_len);
	r->answer_len = 0;
}

static void
to_node(struct relay *r)
{
	struct transport *t = r->link->transport;
	size_t n = 1;

	while (waiting(&r->out) && n && t->state == TRANSPORT_OPEN) {
		n = t->ops->write(t, r->out.buf + r->out.at, waiting(&r->out));
		r->out.at += n;
	}
}

static void
from_node(struct relay *r)
{
	struct transport *t = r->link->transport;
	size_t space, n = 1;

	while (n && (space = room(&r->back)) > 0) {
		n = t->ops->read(t, r->back.buf + r->back.len, space);
		r->back.len += n;
		heed(r, n);
	}
	if (!n && t->state == TRANSPORT_CLOSED)
		r->back.ended = true;
}

static void
to_client(struct relay *r)
{
	struct way *w = &r->back;

	while (waiting(w)) {
		ssize_t n = write(1, w->buf + w->at, waiting(w));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			r->done = true;
		if (n <= 0)
			return;
		w->at += (size_t)n;
	}
}

static void
pass(struct relay *r)
{
	const struct transport *t = r->link->transport;
	bool told;

	from_node(r);
	to_client(r);
	answer(r);
	to_node(r);
	told = !waiting(&r->out) && t->ops->writable(t);
	if (r->back.ended && !waiting(&r->back))
		r->done = true;
	if (r->until && (told || clock_now_ms() >= r->until))
		r->done = true;
}

/* Before ATTACHED the connection is the link's; then its pings are those of the two ends. */
static unsigned
poll_node(struct relay *r, struct pollfd *fds, uint64_t *deadline)
{
	struct transport *t = r->link->transport;

	return r->attached ? t->ops->poll(t, fds, deadline) : link_poll(r->link, fds, deadline);
}

static void
step_node(struct relay *r, const struct pollfd *fds, unsigned n)
{
	if (r->attached)
		r->link->transport->ops->step(r->link->transport, fds, n);
	else
		link_step(r->link, fds, n);
}

static void
turn(struct relay *r)
{
	struct pollfd fds[TRANSPORT_FDS + 3];
	uint64_t deadline = CLOCK_NEVER, now;
	bool take = r->attached && !r->out.ended && room(&r->out), full = r->attached && !room(&r->back);
	unsigned n;

	fds[0] = (struct pollfd){ .fd = r->hop->fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = take ? 0 : -1, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = waiting(&r->back) ? 1 : -1, .events = POLLOUT };
	/* Who takes nothing is sent nothing, and no more is read for it. */
	n = full ? 0 : poll_node(r, fds + 3, &deadline);
	clock_sooner(&deadline, r->until ? r->until : CLOCK_NEVER);
	clock_sooner(&deadline, r->answer_len ? CLOCK_NEVER : incoming_due());
	now = clock_now_ms();
	if (poll(fds, 3 + n, deadline == CLOCK_NEVER ? -1 : deadline <= now ? 0 : (int)(deadline - now)) < 0)
		return;
	if (fds[0].revents)
		r->done = true;
	if (!full)
		step_node(r, fds + 3, n);
	if (fds[1].revents)
		from_client(r);
	if (r->attached)
		pass(r);
}

static int
converse(struct relay *r)
{
	while (!r->done) {
		if (!r->attached) {
			look_at_link(r);
			if (r->done)
				break;
		}
		turn(r);
	}
	return r->attached ? 0 : STATUS_FAILED;
}

int
hop_relay_run(const struct options *o, struct transport_target *target, struct asking *asking)
{
	struct relay *r = calloc(1, sizeof *r);
	int status = STATUS_FAILED;

	if (!r)
		return status;
	r->hop = &o->hop;
	r->target = target;
	r->asking = &asking->ops;
	r->features = hop_features(o->request.x11 == ASK_X11_TRUSTED);
	incoming_open(1, true);
	fcntl(0, F_SETFL, O_NONBLOCK);
	fcntl(1, F_SETFL, O_NONBLOCK);
	if (take_frames(r) < 0)
		fail(r, FRAME_E_PROTOCOL, "no frames to pass on");
	else
		connect_to_node(r);
	if (!r->done)
		status = converse(r);
	link_free(r->link);
	free(r);
	return status;
}
