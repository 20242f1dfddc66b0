/* SPDX-License-Identifier: MIT */
/*
 * fuzz_client: what a hostile host says to the client.  Links (client/link/link.h) read any bytes over a transport that is
 * no line; their frames go to a stream (link_stream.h) and to what holds sequences back (local_holdback.h) as the client
 * hands them there.  A link that is over is followed by a new one, which resumes the stream with what is left.
 *
 * An input is a header of two bytes (how much a read returns, 0: all; flags, enum flag) and the host's bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "link_stream.h"
#include "link_time.h"
#include "local_holdback.h"

#define TURNS 64u
#define TICK_MS 700u

enum flag { RAW_PREAMBLE = 1, NO_ATTACH = 2, LISTS = 4, STALLS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the host still has to say, and what it has been told. */
static const uint8_t *host;
static size_t left, piece, told;
static unsigned flags;

static struct link_stream stream;
static struct local_holdback holdback;
static uint64_t fed, written;

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* The transport. */

static int
start(struct transport *t, enum transport_request what, const char *command)
{
	(void)what, (void)command;
	t->state = TRANSPORT_OPEN;
	return 0;
}

static unsigned
no_poll(struct transport *t, struct pollfd *fds, uint64_t *deadline)
{
	(void)t, (void)fds, (void)deadline;
	return 0;
}

static void
no_step(struct transport *t, const struct pollfd *fds, unsigned count)
{
	(void)t, (void)fds, (void)count;
}

static size_t
host_says(struct transport *t, void *buf, size_t cap)
{
	size_t n = left < cap ? left : cap;

	if (piece && n > piece)
		n = piece;
	memcpy(buf, host, n);
	host += n;
	left -= n;
	if (!left) {
		t->state = TRANSPORT_CLOSED;
		t->end = TRANSPORT_END_EOF;
	}
	return n;
}

static size_t
host_hears(struct transport *t, const void *buf, size_t len)
{
	(void)t, (void)buf;
	if (flags & STALLS && len > 100)
		len = 100;
	told += len;
	return len;
}

static bool
host_takes(const struct transport *t)
{
	(void)t;
	return true;
}

static void
end(struct transport *t)
{
	free(t);
}

static const struct transport_ops ops = {
	.name = "none", .start = start, .poll = no_poll, .step = no_step, .read = host_says, .write = host_hears,
	.writable = host_takes, .free = end,
};

/* That of transport.c brings libssh with it. */
void
transport_free(struct transport *t)
{
	if (t)
		t->ops->free(t);
}

/* Frames, as run_frames.c takes them: false ends the link. */

static void
show(const struct frame *f, const unsigned char *data, size_t len)
{
	unsigned char held[HOLDBACK_CAP];
	size_t held_len, now = len;

	must(data >= f->body && data + len <= f->body + f->len, "data is outside of its frame");
	local_holdback_feed(&holdback, data, len, held, &held_len, &now);
	must(held_len <= sizeof held && now <= len && holdback.len <= HOLDBACK_CAP, "more is held back than there is room for");
	fed += len;
	written += held_len + now;
	must(fed == written + holdback.len, "bytes were lost or made");
}

static bool
attached(const struct frame *f)
{
	static struct frame_attached m;
	size_t lost;

	if (frame_get_attached(&m, f->body, f->len) < 0)
		return false;
	/* No host could guess it. */
	if (stream.attached)
		memcpy(m.key, stream.key, sizeof m.key);
	if (link_stream_attached(&stream, &m, &lost) < 0)
		return false;
	must(lost <= LINK_INPUT_MOST, "more is lost than was kept");
	return true;
}

static bool
output(const struct frame *f)
{
	struct frame_data d;
	uint64_t before[2] = { stream.next[0], stream.next[1] };

	if (frame_get_data(FRAME_OUTPUT, &d, f->body, f->len) < 0 || link_stream_output(&stream, &d) < 0)
		return false;
	must(d.channel < 2 && stream.next[d.channel] == before[d.channel] + d.len, "a byte twice, or not at all");
	must(!d.len || d.offset == before[d.channel], "new bytes that do not follow on");
	if (d.channel == 0)
		show(f, d.data, d.len);
	return true;
}

static bool
gap(const struct frame *f)
{
	struct frame_gap g;
	uint64_t lost;

	if (frame_get_gap(&g, f->body, f->len) < 0 || link_stream_gap(&stream, &g, &lost) < 0)
		return false;
	must(lost <= g.to, "more is lost than there was");
	return true;
}

static bool
rendering(const struct frame *f)
{
	struct frame_data d;
	bool broken;

	if (stream.kind != FRAME_TERMINAL || frame_get_data(FRAME_RENDERING, &d, f->body, f->len) < 0)
		return false;
	if (!stream.painting) {
		written += holdback.len;
		local_holdback_drop(&holdback, &broken);
	}
	link_stream_rendering(&stream, &d);
	show(f, d.data, d.len);
	return true;
}

static bool
input_ack(const struct frame *f)
{
	struct frame_input_ack m;

	return frame_get_input_ack(&m, f->body, f->len) == 0 &&
	       link_input_ack(&stream.input, m.offset, m.window) == 0;
}

static bool
text(const struct frame *f)
{
	struct frame_text t;

	if (frame_get_text(f->type, &t, f->body, f->len) < 0)
		return false;
	must(memchr(t.text, '\0', sizeof t.text) != NULL, "a text without end");
	return f->type == FRAME_NOTICE;
}

static bool
listed(const struct frame *f)
{
	static struct frame_session v[FRAME_LIST_MAX];

	must(frame_get_list(v, FRAME_LIST_MAX, f->body, f->len) <= (int)FRAME_LIST_MAX, "too many sessions");
	return true;
}

static bool
handle(const struct frame *f)
{
	switch (f->type) {
	case FRAME_ATTACHED: return attached(f);
	case FRAME_OUTPUT: return output(f);
	case FRAME_GAP: return gap(f);
	case FRAME_RENDERING: return rendering(f);
	case FRAME_INPUT_ACK: return input_ack(f);
	case FRAME_LIST_IS: return listed(f);
	case FRAME_EXIT: return frame_get_exit(&stream.exit, f->body, f->len) == 0;
	case FRAME_ERROR:
	case FRAME_DETACHED:
	case FRAME_NOTICE: return text(f);
	case FRAME_LINE_ASK: return f->len == 0;
	default:
		must(f->type < FRAME_EXTENSION, "an extension came through");
		return true;
	}
}

/* A person who types; what leaves for the host. */

static void
pump(struct link *l)
{
	struct link_input *in = &stream.input;
	const unsigned char *p;
	size_t n;

	link_input_add(in, "typed, and more", 16);
	while (l->phase == LINK_ATTACHED && link_queued(l) < LINK_OUT_BUSY / 2 && (n = link_input_next(in, &p, 16384)) > 0) {
		must(p >= in->buf && p + n <= in->buf + in->cap, "input from elsewhere");
		link_put_data(l, in->sent, p, n);
		link_input_sent(in, n);
	}
	must(link_input_kept(in) <= LINK_INPUT_MOST, "input without end");
	must(in->base <= in->sent && in->sent <= in->end, "input in disorder");
	must(in->limit - in->base <= FRAME_INPUT_WINDOW_MAX || !stream.attached, "a window that is too wide");
	must(link_queued(l) <= LINK_OUT_CAP, "a queue without end");
}

static struct link *
open_link(void)
{
	struct transport *t = calloc(1, sizeof *t);
	struct frame_hello hello = { .lowest = FRAME_VERSION, .highest = FRAME_VERSION };
	unsigned char *room;
	struct link *l;
	size_t n;
	int len;

	if (!t)
		abort();
	t->ops = &ops;
	l = link_new(t, TRANSPORT_SUBSYSTEM, NULL, LINK_IDLE_MS, NULL);
	if (!l)
		abort();
	memset(l->preamble + sizeof frame_magic, 0, FRAME_NONCE);
	link_step(l, NULL, 0);
	l->asked_list = flags & LISTS;
	l->asked_attach = !(flags & NO_ATTACH);
	if (flags & RAW_PREAMBLE)
		return l;
	/* A fuzzer need not find these. */
	room = frame_room(&l->reader, &n);
	memcpy(room, l->preamble, FRAME_PREAMBLE);
	len = frame_put_hello(FRAME_SERVER_HELLO, &hello, room + FRAME_PREAMBLE, n - FRAME_PREAMBLE);
	must(len > 0, "no HELLO");
	frame_filled(&l->reader, FRAME_PREAMBLE + (size_t)len);
	return l;
}

static void
one_link(void)
{
	struct link *l = open_link();
	const uint8_t *begin = host;
	uint64_t now = l->opened;
	size_t unread;
	struct frame f;
	int rc = 0;

	for (unsigned turn = 0; turn < TURNS && rc >= 0; turn++) {
		while ((rc = link_next(l, &f)) > 0) {
			if (!handle(&f))
				link_fail(l, "protocol error from host");
			pump(l);
		}
		must(memchr(l->why, '\0', sizeof l->why) && memchr(l->line, '\0', sizeof l->line), "a line without end");
		must((rc < 0) == (l->phase == LINK_DEAD), "over, and not over");
		pump(l);
		now += TICK_MS;
		link_tick(l, now);
		link_flush(l);
	}
	/* What it has not looked at is the next connection's. */
	unread = l->reader.len - l->reader.at;
	if (unread <= (size_t)(host - begin)) {
		host -= unread;
		left += unread;
	}
	link_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	piece = data[0];
	flags = data[1];
	host = data + 2;
	left = size - 2;
	told = fed = written = 0;
	memset(&holdback, 0, sizeof holdback);
	memset(&stream, 0, sizeof stream);
	for (unsigned n = 0; n < 8 && (left || !n); n++)
		one_link();
	link_input_free(&stream.input);
	return 0;
}
