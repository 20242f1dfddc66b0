/* SPDX-License-Identifier: MIT */
#include "frames_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#include "clock.h"
#include "fd.h"
#include "framed_private.h"
#include "inputshare.h"
#include "kept.h"
#include "theme.h"
#include "watched.h"

#define DEAF_MS 2000
#define ACK_MS 2 /* input is acknowledged with the output that it makes, if that comes by then */

uint64_t
framed_clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static struct ring *
ring_of(const struct peer *peer, unsigned channel)
{
	return peer->keeper->source->ring(peer->keeper, channel);
}

void
framed_put(struct peer *peer, const unsigned char *frame, int len)
{
	struct framed *f = peer->framed;

	if (len < 0)
		return;
	if (f->control_at && f->control_at + f->control_len + (size_t)len > sizeof f->control) {
		memmove(f->control, f->control + f->control_at, f->control_len);
		f->control_at = 0;
	}
	if (f->control_len + (size_t)len > sizeof f->control) {
		/* It is sent something and does not read: the rest would be out of step. */
		peer->t.dead = true;
		return;
	}
	memcpy(f->control + f->control_at + f->control_len, frame, (size_t)len);
	f->control_len += (size_t)len;
}

void
framed_put_text(struct peer *peer, uint8_t type, uint32_t code, const char *text)
{
	struct frame_text m = { .code = code };
	unsigned char out[TEXT_CAP + 32];

	snprintf(m.text, sizeof m.text, "%s", text);
	framed_put(peer, out, frame_put_text(type, &m, out, sizeof out));
}

void
framed_ack_input(struct peer *peer, bool now)
{
	struct framed *f = peer->framed;
	uint64_t at = now ? 0 : clock_now_ms() + ACK_MS;

	if (at < f->ack_at && !f->exit_sent)
		f->ack_at = at;
}

uint32_t
framed_window(const struct peer *peer)
{
	size_t room = stream_room(peer->framed->stream);

	/* A session of an older version may have longer queues than this client's windows are wide. */
	if (!peer->framed->wide && room > FRAME_INPUT_WINDOW)
		room = FRAME_INPUT_WINDOW;
	return (uint32_t)(room < FRAME_INPUT_WINDOW_MAX ? room : FRAME_INPUT_WINDOW_MAX);
}

static void
put_input_ack(struct peer *peer)
{
	struct framed *f = peer->framed;
	struct frame_input_ack m;
	unsigned char out[32];

	if (f->wide)
		inputshare_look(peer->keeper, clock_now_ms());
	m = (struct frame_input_ack){ .offset = f->stream->input, .window = framed_window(peer) };
	f->ack_at = CLOCK_NEVER;
	f->said = m.offset;
	f->said_window = m.window;
	f->stream->told = m.offset + m.window;
	framed_put(peer, out, frame_put_input_ack(&m, out, sizeof out));
}

/* The next LEN bytes of SOURCE go into a frame of TYPE. */
static void
begin_frame(struct framed *f, enum framed_source source, uint8_t type, const struct frame_data *m)
{
	f->source = source;
	f->head_at = 0;
	f->head_len = (size_t)frame_put_data_head(type, m, f->head, sizeof f->head);
	f->left = m->len;
}

static void
begin_rendering(struct framed *f)
{
	size_t left = f->rendered_len - f->rendered_at, n = left < FRAMED_SHOWN_MAX ? left : FRAMED_SHOWN_MAX;
	struct frame_data m = { .channel = f->rendering_flags | (n == left ? FRAME_LAST : 0), .offset = f->render_at,
		                .len = n };

	begin_frame(f, FRAMED_RENDERING, FRAME_RENDERING, &m);
	f->from = f->rendered_at;
	f->rendered_at += n;
	if (n < left)
		return;
	f->rendering = FRAMED_NO_RENDERING;
	f->skip = false;
}

/* How far CHANNEL may be sent now. */
static uint64_t
limit_of(const struct peer *peer, unsigned channel)
{
	const struct framed *f = peer->framed;
	const struct ring *r = ring_of(peer, channel);

	if (!r)
		return f->sent[channel];
	return f->rendering && !channel && f->render_at < r->head ? f->render_at : r->head;
}

static bool
begin_output(struct peer *peer, unsigned channel)
{
	struct framed *f = peer->framed;
	uint64_t left = limit_of(peer, channel) - f->sent[channel];
	size_t most = peer->keeper->source->has_terminal ? FRAMED_SHOWN_MAX : FRAMED_DATA_MAX;
	size_t room = window_room(&f->window), n = left < most ? (size_t)left : most;
	struct frame_data m = { .channel = (uint8_t)channel, .offset = f->sent[channel], .len = n < room ? n : room };

	if (!m.len)
		return false;
	begin_frame(f, FRAMED_RING, FRAME_OUTPUT, &m);
	f->channel = channel;
	f->from = f->sent[channel];
	f->sent[channel] += m.len;
	window_sent(&f->window, m.len, framed_clock_us());
	return true;
}

/* Begins the next frame with data, if one may be sent. */
static bool
begin_next(struct peer *peer)
{
	struct framed *f = peer->framed;

	if (f->source)
		return true;
	if (f->rendering == FRAMED_READY && (f->skip || f->sent[0] >= f->render_at)) {
		begin_rendering(f);
		return true;
	}
	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		if (begin_output(peer, channel))
			return true;
	return false;
}

static const unsigned char *
source_bytes(const struct peer *peer)
{
	const struct framed *f = peer->framed;

	switch (f->source) {
	case FRAMED_RING:
		return ring_at(ring_of(peer, f->channel), f->from);
	case FRAMED_RENDERING:
		return f->rendered + f->from;
	default:
		return f->spilled + f->from;
	}
}

static void
end_frame(struct framed *f)
{
	if (f->source == FRAMED_SPILLED) {
		free(f->spilled);
		f->spilled = NULL;
	} else if (f->source == FRAMED_RENDERING && f->rendering != FRAMED_READY) {
		free(f->rendered);
		f->rendered = NULL;
	}
	f->source = FRAMED_NONE;
}

/* N bytes have been written: how many of them were a part's, of LEN bytes. */
static size_t
took(size_t *n, size_t len)
{
	size_t part = *n < len ? *n : len;

	*n -= part;
	return part;
}

static void
advance_control(struct framed *f, size_t *n)
{
	size_t part = took(n, f->control_len);

	f->control_at += part;
	f->control_len -= part;
	if (!f->control_len)
		f->control_at = 0;
}

static void
advance_frame(struct framed *f, size_t *n)
{
	size_t part;

	if (!f->source)
		return;
	f->head_at += took(n, f->head_len - f->head_at);
	part = took(n, f->left);
	f->from += part;
	f->left -= part;
	if (f->head_at == f->head_len && !f->left)
		end_frame(f);
}

/*
 * One write: a frame that was begun, then the queue, then the next frame.  Bytes; 0: the pipe is full; -1: it is
 * gone.
 */
static ssize_t
write_once(struct peer *peer)
{
	struct framed *f = peer->framed;
	bool begun = f->source && (f->head_at || f->source == FRAMED_SPILLED);
	struct iovec v[3], control = { f->control + f->control_at, f->control_len };
	unsigned n = 0;
	ssize_t written;
	size_t left;

	if (!begun)
		v[n++] = control;
	if (f->source) {
		v[n++] = (struct iovec){ f->head + f->head_at, f->head_len - f->head_at };
		v[n++] = (struct iovec){ (void *)source_bytes(peer), f->left };
	}
	kept_write(peer, begun);
	do
		written = fd_writev(peer->t.out, v, (int)n);
	while (written < 0 && errno == EINTR);
	kept_wrote(peer, written);
	if (written < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	left = (size_t)written;
	if (!begun)
		advance_control(f, &left);
	advance_frame(f, &left);
	return written;
}

/* Sets the flow, after some bytes have been written, or none. */
static void
note_flow(struct peer *peer, bool progress)
{
	struct terminal *t = &peer->t;

	if (!framed_behind(peer, 0) || (peer->framed->rendering == FRAMED_ASKED && !peer->framed->full)) {
		t->flow = TERMINAL_FLOWING;
	} else if (progress || t->flow == TERMINAL_FLOWING) {
		t->flow = TERMINAL_BLOCKED;
		t->since = 0;
	}
}

/* What a client that has sent WATCH is to be told. */
static void
put_watched(struct peer *peer)
{
	unsigned char out[128];
	int len;

	while ((len = watched_frame(peer, framed_written(peer->framed, 0), out, sizeof out)) > 0)
		framed_put(peer, out, len);
}

void
framed_deaf(struct peer *peer)
{
	if (!peer->framed->deaf)
		peer->framed->deaf = clock_now_ms() + DEAF_MS;
}

void
framed_push(struct peer *peer)
{
	struct framed *f = peer->framed;
	bool progress = false, aside = peer->t.flow == TERMINAL_ASIDE;
	ssize_t n;

	if (peer->t.dead || f->deaf)
		return;
	f->full = false;
	watched_look(peer);
	for (;;) {
		/* A client that is set aside gets the rest of a frame that was begun, and answers. */
		bool data = aside ? f->source : begin_next(peer);

		if (f->ack_at != CLOCK_NEVER && (data || f->control_len || f->ack_at <= clock_now_ms()))
			put_input_ack(peer);
		put_watched(peer);
		if (!data && !f->control_len)
			break;
		n = write_once(peer);
		if (n < 0)
			framed_deaf(peer);
		f->full = n == 0;
		if (n <= 0)
			break;
		progress = true;
	}
	if (f->sent[0] == ring_of(peer, 0)->head)
		window_idle(&f->window);
	if (!aside)
		note_flow(peer, progress);
}

/* Little on a thin line, so that the program is not far ahead of the output that is shown. */
static uint64_t
lag_allowed(const struct framed *f, uint64_t lag)
{
	uint64_t own = f->window.size / 2;

	return own < 4096 ? 4096 : own < lag ? own : lag;
}

/* The next read would overwrite what the client has not acknowledged.  Then something is unsent, too: init_window(). */
static bool
fills_ring(const struct peer *peer)
{
	const struct ring *r = &peer->keeper->ring;

	return r->size > 2 * KEEPER_READ_MAX && r->head - peer->framed->acked[0] > r->size - KEEPER_READ_MAX;
}

bool
framed_behind(const struct peer *peer, uint64_t lag)
{
	const struct framed *f = peer->framed;
	uint64_t unsent = 0;

	if (f->deaf)
		return false;
	if (lag)
		return !peer->keeper->source->keeps_all &&
		       (peer->keeper->ring.head - f->sent[0] > lag_allowed(f, lag) || fills_ring(peer));
	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		if (ring_of(peer, channel))
			unsent += ring_of(peer, channel)->head - f->sent[channel];
	return unsent || f->source || f->control_len || f->rendering;
}

uint64_t
framed_written(const struct framed *f, unsigned channel)
{
	return f->sent[channel] - (f->source == FRAMED_RING && f->channel == channel ? f->left : 0);
}

void
framed_expect(struct peer *peer)
{
	struct framed *f = peer->framed;

	kept_break(peer);
	if (f->source != FRAMED_RENDERING) {
		free(f->rendered);
		f->rendered = NULL;
	}
	f->rendering = FRAMED_ASKED;
	f->render_at = peer->keeper->ring.head;
	if (!f->skip)
		return;
	f->sent[0] = f->acked[0] = f->render_at;
	window_forget(&f->window);
}

void
framed_rendered(struct peer *peer, unsigned char *bytes, size_t len, bool lossy)
{
	struct framed *f = peer->framed;

	if (f->source == FRAMED_RENDERING) {
		/* Can't be: the next rendering is asked for only when the last one has been written. */
		free(bytes);
		peer->t.dead = true;
		return;
	}
	if (peer->why == REDRAW_RESUMED && theme_wants(peer))
		theme_ask(peer, &bytes, &len);
	free(f->rendered);
	f->rendered = bytes;
	f->rendered_len = bytes ? len : 0;
	f->rendered_at = 0;
	f->rendering = FRAMED_READY;
	f->rendering_flags = (uint8_t)((f->rendering_flags & ~FRAME_LOSSY) | (lossy ? FRAME_LOSSY : 0));
	if (peer->t.flow == TERMINAL_FLOWING || peer->t.flow == TERMINAL_BLOCKED)
		framed_push(peer);
}

/* Keeps the rest of a frame that has begun, because the ring may overwrite it. */
static bool
spill(struct peer *peer)
{
	struct framed *f = peer->framed;
	unsigned char *copy;

	if (!f->source || f->source == FRAMED_SPILLED)
		return true;
	copy = malloc(f->left ? f->left : 1);
	if (!copy)
		return false;
	memcpy(copy, source_bytes(peer), f->left);
	if (f->source == FRAMED_RENDERING) {
		free(f->rendered);
		f->rendered = NULL;
	}
	f->spilled = copy;
	f->from = 0;
	f->source = FRAMED_SPILLED;
	return true;
}

void
framed_set_aside(struct peer *peer)
{
	struct framed *f = peer->framed;

	kept_break(peer);
	if (!spill(peer)) {
		peer->t.dead = true;
		return;
	}
	peer->t.flow = TERMINAL_ASIDE;
	peer->shown = f->sent[0];
	/* The screen will have changed: the rendering is of no use. */
	if (f->rendering) {
		free(f->rendered);
		f->rendered = NULL;
		f->rendering = FRAMED_NO_RENDERING;
		peer->wish = 0;
		f->skip = true;
	}
}

void
framed_error(struct peer *peer, enum frame_error_code code, const char *text)
{
	kept_break(peer);
	framed_put_text(peer, FRAME_ERROR, code, text);
	framed_push(peer);
	peer->t.dead = true;
}
