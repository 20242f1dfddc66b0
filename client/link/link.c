/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "link_hop.h"
#include "secretmem.h"

#define FRAME_SMALL 2048 /* any frame of ours but INPUT and ATTACH */

static void
start(struct link *l, enum transport_request what, const char *command, const struct link_first *first)
{
	char variable[LINK_FIRST_TEXT] = "";
	struct transport *t = l->transport;
	int rc;

	if (first)
		link_first_variable(l->preamble, first, variable);
	t->first = variable[0] ? variable : NULL;
	rc = t->ops->start(t, what, command);
	t->first = NULL;
	if (rc < 0)
		link_fail(l, "%s", *t->reason ? t->reason : strerror(-rc));
	if (rc < 0 || !t->first_told)
		return;
	l->first = malloc(first->len);
	if (!l->first) {
		link_fail(l, "out of memory");
		return;
	}
	memcpy(l->first, first->attach, first->len);
	l->first_len = first->len;
}

struct link *
link_new(struct transport *transport, enum transport_request what, const char *command, uint32_t idle_ms,
         const struct link_first *first)
{
	struct link *l = calloc(1, sizeof *l);

	if (!l || !transport) {
		transport_free(transport);
		free(l);
		return NULL;
	}
	l->transport = transport;
	l->idle_ms = idle_ms;
	l->started = clock_now_ms();
	memcpy(l->preamble, frame_magic, sizeof frame_magic);
	if (first)
		memcpy(l->preamble + sizeof frame_magic, first->nonce, FRAME_NONCE);
	else if (secretmem_random(l->preamble + sizeof frame_magic, FRAME_NONCE) < 0)
		link_fail(l, "cannot get random numbers");
	if (l->phase != LINK_DEAD)
		start(l, what, command, first);
	return l;
}

void
link_free(struct link *l)
{
	if (!l)
		return;
	transport_free(l->transport);
	secretmem_wipe(l->out, sizeof l->out);
	free(l->first);
	free(l);
}

void
link_fail(struct link *l, const char *format, ...)
{
	va_list ap;

	if (l->phase == LINK_DEAD)
		return;
	l->phase = LINK_DEAD;
	va_start(ap, format);
	vsnprintf(l->why, sizeof l->why, format, ap);
	va_end(ap);
}

/* Sending. */

size_t
link_queued(const struct link *l)
{
	return l->out_len - l->out_at;
}

static unsigned char *
out_space(struct link *l, size_t len)
{
	unsigned char *p;

	if (l->phase == LINK_DEAD)
		return NULL;
	if (l->out_len + len > LINK_OUT_CAP) {
		memmove(l->out, l->out + l->out_at, l->out_len - l->out_at);
		l->out_len -= l->out_at;
		l->out_at = 0;
	}
	if (l->out_len + len > LINK_OUT_CAP) {
		link_fail(l, "too much to send");
		return NULL;
	}
	p = l->out + l->out_len;
	l->out_len += len;
	return p;
}

void
link_put(struct link *l, const unsigned char *frame, int n)
{
	unsigned char *p;

	if (n < 0) {
		link_fail(l, "a message is too long");
		return;
	}
	p = out_space(l, (size_t)n);
	if (p)
		memcpy(p, frame, (size_t)n);
}

void
link_put_data(struct link *l, uint64_t offset, const unsigned char *data, size_t len)
{
	struct frame_data d = { .offset = offset, .len = len };
	unsigned char head[FRAME_DATA_HEAD + FRAME_HEAD];
	unsigned char *p;

	link_put(l, head, frame_put_data_head(FRAME_INPUT, &d, head, sizeof head));
	p = out_space(l, len);
	if (p)
		memcpy(p, data, len);
	l->owed = clock_now_ms();
	link_expect(l, l->owed);
}

/* Whether bytes that come now have been on their way since before the last input. */
static bool
is_early(const struct link *l, uint64_t now)
{
	return l->owed && now < l->owed + l->trip;
}

void
link_expect(struct link *l, uint64_t now)
{
	if (!l->unanswered)
		l->unanswered = now;
}

void
link_flush(struct link *l)
{
	while (l->out_at < l->out_len && l->transport->state == TRANSPORT_OPEN) {
		size_t n = l->transport->ops->write(l->transport, l->out + l->out_at, l->out_len - l->out_at);

		if (!n)
			return;
		l->out_at += n;
	}
	if (l->out_at == l->out_len)
		l->out_at = l->out_len = 0;
}

bool
link_flushed(const struct link *l)
{
	return l->out_at == l->out_len && l->transport->ops->writable(l->transport);
}

bool
link_leave(struct link *l)
{
	return l->out_at == l->out_len && l->transport->ops->leave && l->transport->ops->leave(l->transport);
}

static void
greet(struct link *l)
{
	unsigned char frame[FRAME_SMALL];

	l->opened = clock_now_ms();
	l->phase = LINK_GREETING;
	link_put(l, l->preamble, FRAME_PREAMBLE);
	if (l->hello_of)
		link_put(l, l->hello_of, (int)l->hello_len);
	else
		link_put(l, frame, link_first_hello(frame, sizeof frame));
	link_expect(l, l->opened);
	if (!l->first)
		return;
	/* The same bytes as the host may have acted on: it passes over as many. */
	link_put(l, l->first, (int)l->first_len);
	l->asked_attach = l->ahead = l->starting = l->asks_itself = true;
}

/* The transport. */

/*
 * Forwards have bytes of their own.  Any that come show that the host lives; after any that go something has to come
 * soon, if only the answer to a ping.
 */
static void
look_aside(struct link *l)
{
	const struct transport *t = l->transport;

	if (t->forwarded != l->forwarded)
		link_expect(l, clock_now_ms());
	if (t->received != l->received && t->forwarded) {
		l->heard = clock_now_ms();
		l->unanswered = l->pinged ? l->heard : 0;
		l->silent = false;
	}
	l->forwarded = t->forwarded;
	l->received = t->received;
}

void
link_step(struct link *l, const struct pollfd *fds, unsigned count)
{
	if (l->phase == LINK_DEAD)
		return;
	l->transport->ops->step(l->transport, fds, count);
	if (l->phase == LINK_CONNECTING && l->transport->state == TRANSPORT_OPEN)
		greet(l);
	else if (l->phase != LINK_CONNECTING)
		look_aside(l);
	link_flush(l);
}

bool
link_moved(const struct link *l)
{
	const struct transport_ops *ops = l->transport->ops;

	return l->phase != LINK_DEAD && l->transport->state != TRANSPORT_CLOSED && ops->moved &&
	       ops->moved(l->transport);
}

/* What came before the host's preamble says more than that the connection has ended. */
static void
ended(struct link *l)
{
	struct transport *t = l->transport;

	l->refused = t->end == TRANSPORT_END_REFUSED;
	if (l->phase == LINK_GREETING && !l->refused && *l->line)
		link_fail(l, "the host says: %s", l->line);
	else if (*t->reason)
		link_fail(l, "%s", t->reason);
	else
		link_fail(l, "the connection has ended");
}

/* Frames. */

static bool
permitted(const struct link *l, uint8_t type)
{
	bool attached = l->phase == LINK_ATTACHED;

	switch (type) {
	case FRAME_SERVER_HELLO:
		return l->phase == LINK_HELLO;
	case FRAME_HOP_CHALLENGE:
	case FRAME_HOP_ANSWER:
		return l->phase == LINK_HOPPING;
	case FRAME_ERROR:
		return true;
	case FRAME_SERVER_PONG:
		return l->phase >= LINK_READY;
	case FRAME_LIST_IS:
		return l->phase == LINK_READY && l->asked_list;
	case FRAME_ATTACHED:
	case FRAME_REDIRECT:
		return l->phase == LINK_READY && l->asked_attach;
	case FRAME_SCRIPT_OUTPUT:
	case FRAME_SCRIPT_END:
	case FRAME_SCRIPT_TAKEN:
		return l->phase == LINK_READY && l->asked_script;
	case FRAME_TTY:
	case FRAME_TAKEN:
	case FRAME_LINE_ASK:
		return attached;
	default:
		return attached && type >= FRAME_OUTPUT && type <= FRAME_NOTICE;
	}
}

static void
wrong(struct link *l, const char *what)
{
	l->wrong = true;
	link_fail(l, "protocol error from host: %s", what);
}

/* HELLO has come.  A login that comes over another node says so first. */
static void
begin_hop(struct link *l)
{
	unsigned char frame[FRAME_SMALL];
	int n = link_hop_first(l->hello.features, frame, sizeof frame);

	l->phase = n > 0 ? LINK_HOPPING : LINK_READY;
	if (n <= 0)
		return;
	link_put(l, frame, n);
	link_expect(l, clock_now_ms());
	link_flush(l);
}

static void
heard_hop(struct link *l, const struct frame *f)
{
	unsigned char frame[FRAME_HOP_MAX];
	int n = link_hop_next(f, l->hopped, frame, sizeof frame);

	if (n < 0)
		wrong(l, "a voucher");
	else if (n == 0)
		l->phase = LINK_READY;
	else
		link_put(l, frame, n);
	l->hopped = true;
	link_flush(l);
}

static void
heard_hello(struct link *l, const struct frame *f)
{
	if (frame_get_hello(FRAME_SERVER_HELLO, &l->hello, f->body, f->len) != 0) {
		wrong(l, "HELLO");
	} else if (l->hello.lowest != FRAME_VERSION) {
		l->refused = true;
		link_fail(l, "unsupported protocol version %u from host", l->hello.lowest);
	} else {
		begin_hop(l);
		l->greeted = clock_now_ms();
		/* An older host has passed over it. */
		if (l->ahead && !frame_has_feature(l->hello.features, FRAME_AHEAD_FEATURE))
			l->asked_attach = false;
		l->ahead = false;
	}
}

static void
heard_pong(struct link *l, const struct frame *f)
{
	uint64_t token, now = clock_now_ms();

	if (frame_get_u64(&token, f->body, f->len) != 0) {
		wrong(l, "PONG");
		return;
	}
	if (!l->pinged || token != l->token)
		return;
	if (now - l->pinged < 60000)
		l->rtt = l->rtt ? (uint32_t)((7 * (uint64_t)l->rtt + (now - l->pinged)) / 8) : (uint32_t)(now - l->pinged);
	l->unanswered = l->owed > l->pinged && is_early(l, now) ? l->owed : 0;
	l->pinged = 0;
	l->patience = 0;
}

static void
heard_ping(struct link *l, const struct frame *f)
{
	unsigned char frame[FRAME_SMALL];
	uint64_t token;

	if (frame_get_u64(&token, f->body, f->len) != 0)
		wrong(l, "PING");
	else
		link_put(l, frame, frame_put_u64(FRAME_PONG, token, frame, sizeof frame));
}

/* True: it was the link's own. */
static bool
own_frame(struct link *l, const struct frame *f)
{
	if (f->type >= FRAME_EXTENSION && !permitted(l, f->type))
		return true;
	if (!permitted(l, f->type)) {
		wrong(l, "unexpected frame");
		return true;
	}
	switch (f->type) {
	case FRAME_SERVER_HELLO:
		heard_hello(l, f);
		return true;
	case FRAME_HOP_CHALLENGE:
	case FRAME_HOP_ANSWER:
		heard_hop(l, f);
		return true;
	case FRAME_SERVER_PING:
		heard_ping(l, f);
		return true;
	case FRAME_SERVER_PONG:
		heard_pong(l, f);
		return true;
	case FRAME_ATTACHED:
		l->phase = LINK_ATTACHED;
		l->attached = clock_now_ms();
		return false;
	default:
		return false;
	}
}

static void
find_preamble(struct link *l)
{
	int rc = frame_find_preamble(&l->reader, l->preamble, &l->garbage, l->line, sizeof l->line);

	l->met = l->met || rc > 0;
	if (rc > 0)
		l->phase = LINK_HELLO;
	else if (rc < 0)
		link_fail(l, "no answer from holdfast; the host says: %s", l->line);
}

/* Reads from the transport: false when there is nothing. */
static bool
fill(struct link *l)
{
	size_t room, n = 0;
	unsigned char *p = frame_room(&l->reader, &room);

	if (room && l->transport->state != TRANSPORT_CONNECTING)
		n = l->transport->ops->read(l->transport, p, room);
	if (!n)
		return false;
	frame_filled(&l->reader, n);
	l->heard = clock_now_ms();
	/* It may have waited here since before the ping: that waits for its own answer, from now on. */
	if (l->pinged || !is_early(l, l->heard))
		l->unanswered = l->pinged ? l->heard : 0;
	l->silent = false;
	return true;
}

int
link_next(struct link *l, struct frame *f)
{
	while (l->phase > LINK_CONNECTING && l->phase != LINK_DEAD && link_queued(l) < LINK_OUT_BUSY) {
		int rc = 0;

		if (l->phase == LINK_GREETING)
			find_preamble(l);
		if (l->phase >= LINK_HELLO && l->phase != LINK_DEAD) {
			rc = frame_next(&l->reader, f);
			if (rc < 0)
				wrong(l, "a frame's length");
			else if (rc > 0 && !own_frame(l, f))
				return 1;
		}
		if (l->phase != LINK_DEAD && rc == 0 && !fill(l))
			break;
	}
	if (l->phase != LINK_DEAD && l->transport->state == TRANSPORT_CLOSED && link_queued(l) < LINK_OUT_BUSY)
		ended(l);
	return l->phase == LINK_DEAD ? -1 : 0;
}
