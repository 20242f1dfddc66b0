/* SPDX-License-Identifier: MIT */
#include "subsystem_hop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "daemonsocket.h"
#include "fd.h"
#include "frame_hop.h"
#include "vouch.h"

/* The frame F without its length, as holdfastd takes it: 0 or a negative errno. */
static int
pass_on(int fd, const struct frame *f)
{
	unsigned char buf[FRAME_HOP_MAX];

	if (f->len + 1 > sizeof buf)
		return -EMSGSIZE;
	buf[0] = f->type;
	memcpy(buf + 1, f->body, f->len);
	return send(fd, buf, f->len + 1, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)(f->len + 1) ? 0 : -EPIPE;
}

/* The next message into BUF, CAP bytes, before DEADLINE: its length, or a negative errno. */
static int
next(int fd, unsigned char *buf, size_t cap, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now = clock_now_ms();
	ssize_t n;

	if (now >= deadline || poll(&p, 1, (int)(deadline - now)) <= 0)
		return -ETIMEDOUT;
	n = recv(fd, buf, cap, MSG_DONTWAIT | MSG_TRUNC);
	if (n <= 0 || (size_t)n > cap)
		return -EPIPE;
	return (int)n;
}

/* Waits for the message of TYPE: its length; -EACCES, and in WHY what holdfastd says; another negative errno. */
static int
wait_for(int fd, uint8_t type, unsigned char *buf, size_t cap, int ms, char why[TEXT_CAP])
{
	uint64_t deadline = clock_now_ms() + (uint64_t)ms;
	struct vouch_reply reply;
	int n;

	why[0] = '\0';
	do
		n = next(fd, buf, cap, deadline);
	while (n > 0 && buf[0] == VOUCH_QUEUED);
	if (n < 0 || buf[0] == type)
		return n;
	if (vouch_decode_reply(&reply, buf, (size_t)n) || reply.type != VOUCH_REFUSED)
		return -EPROTO;
	snprintf(why, TEXT_CAP, "%s", reply.text);
	return -EACCES;
}

/* Asks holdfastd for a nonce: 0 and *C; then h->fd waits for the voucher. */
static int
challenge(struct subsystem_hop *h, const struct ticket *t, const struct frame *f, struct frame_hop_challenge *c)
{
	const struct vouch_request q = { .op = VOUCH_OP_CHALLENGE, .ticket = *t };
	unsigned char buf[VOUCH_REPLY_MAX], request[VOUCH_REQUEST_BYTES];
	char why[TEXT_CAP];
	int n;

	h->fd = ticket_is_none(t) ? -1 : daemonsocket_open();
	if (h->fd < 0)
		return -ENOENT;
	vouch_encode_request(&q, request);
	if (send(h->fd, request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof request)
		return -EPIPE;
	n = pass_on(h->fd, f);
	if (!n)
		n = wait_for(h->fd, FRAME_HOP_CHALLENGE, buf, sizeof buf, SUBSYSTEM_HOP_ASK_MS, why);
	return n < 0 ? n : frame_get_hop_challenge(c, buf + 1, (size_t)n - 1);
}

int
subsystem_hop_begin(struct subsystem_hop *h, const struct ticket *t, const struct frame *f, unsigned char *out,
                    size_t cap, int *n)
{
	struct frame_hop_challenge c;
	struct frame_hop hop;
	int rc;

	if (h->begun || frame_get_hop(&hop, f->body, f->len) || hop.hops != FRAME_HOPS)
		return -EBADMSG;
	*h = (struct subsystem_hop){ .begun = true, .fd = -1 };
	memcpy(h->unique, hop.unique, sizeof h->unique);
	rc = challenge(h, t, f, &c);
	h->unvouched = !rc && !c.node[0];
	if (rc || h->unvouched) {
		subsystem_hop_end(h);
		memset(&c, 0, sizeof c);
	}
	*n = frame_put_hop_challenge(&c, out, cap);
	return 0;
}

/* What holdfastd says of the voucher F. */
static void
verdict(const struct subsystem_hop *h, const struct frame *f, struct frame_hop_answer *a)
{
	unsigned char buf[VOUCH_REPLY_MAX];
	int n;

	memset(a, 0, sizeof *a);
	/* Where that fails, the answer is there already: that it is too late. */
	(void)pass_on(h->fd, f);
	n = wait_for(h->fd, FRAME_HOP_ANSWER, buf, sizeof buf, SUBSYSTEM_HOP_ANSWER_MS, a->text);
	if (n > 0 && frame_get_hop_answer(a, buf + 1, (size_t)n - 1) == 0)
		return;
	a->ok = false;
	if (n != -EACCES)
		snprintf(a->text, sizeof a->text, "holdfastd has not checked the voucher");
}

int
subsystem_hop_voucher(struct subsystem_hop *h, const struct frame *f, unsigned char *out, size_t cap, int *n)
{
	struct frame_hop_answer a = { .ok = false };
	struct frame_hop_voucher v;

	if (!h->begun || h->fd < 0 || frame_get_hop_voucher(&v, f->body, f->len))
		return -EBADMSG;
	if (v.method[0])
		verdict(h, f, &a);
	subsystem_hop_end(h);
	*n = frame_put_hop_answer(&a, out, cap);
	return 0;
}

void
subsystem_hop_end(struct subsystem_hop *h)
{
	if (h->begun)
		fd_close(&h->fd);
}
