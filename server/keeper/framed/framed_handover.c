/* SPDX-License-Identifier: MIT */
#include "framed_handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "framed_private.h"
#include "kept.h"
#include "pipesize.h"
#include "probe.h"
#include "records.h"
#include "watched.h"

#define RENDERED_MAX (UINT64_C(8) << 20)

enum { IS_HELD = 1, SKIPS = 2, EXIT_SENT = 4, EXIT_ACKED = 8, IS_READY = 16, GOES_ON = 32, IS_WIDE = 64,
       KNOWS_LINE = 128 };

struct saved {
	uint32_t flags, source, channel, rendering_flags, said_window;
	uint64_t said, ack_at, sent[FRAMED_CHANNELS], acked[FRAMED_CHANNELS], from, left, render_at, replay_to, replay_until;
	unsigned char head[FRAME_DATA_HEAD], stream[FRAME_KEY];
	uint32_t head_len, head_at;
	uint16_t rows, cols;
	/* window.h */
	uint64_t way_sent, way_acked, way_acked_at, rate[2], rate_since, rtt, rtt_at, idle_until;
	uint32_t size, max;
};

#define S struct saved
static const struct field fields[] = {
	FIELD_U32(S, flags),
	FIELD_U32_MAX(S, source, FRAMED_SPILLED),
	FIELD_U32_MAX(S, channel, FRAMED_CHANNELS - 1),
	FIELD_U32_MAX(S, rendering_flags, UINT8_MAX),
	FIELD_U32(S, said_window),
	FIELD_U64(S, said),
	FIELD_U64(S, ack_at),
	FIELD_U64(S, sent[0]),
	FIELD_U64(S, sent[1]),
	FIELD_U64(S, acked[0]),
	FIELD_U64(S, acked[1]),
	FIELD_U64(S, from),
	{ FIELD_KIND_NUMBER, 8, FIELD_AT(S, left, 8), FRAMED_DATA_MAX },
	FIELD_U64(S, render_at),
	FIELD_U64(S, replay_to),
	FIELD_U64(S, replay_until),
	FIELD_RAW(S, head, FRAME_DATA_HEAD),
	FIELD_RAW(S, stream, FRAME_KEY),
	FIELD_U32_MAX(S, head_len, FRAME_DATA_HEAD),
	FIELD_U32_MAX(S, head_at, FRAME_DATA_HEAD),
	FIELD_U16(S, rows),
	FIELD_U16(S, cols),
	FIELD_U64(S, way_sent),
	FIELD_U64(S, way_acked),
	FIELD_U64(S, way_acked_at),
	FIELD_U64(S, rate[0]),
	FIELD_U64(S, rate[1]),
	FIELD_U64(S, rate_since),
	FIELD_U64(S, rtt),
	FIELD_U64(S, rtt_at),
	FIELD_U64(S, idle_until),
	FIELD_U32_MAX(S, size, WINDOW_MAX),
	FIELD_U32_MAX(S, max, WINDOW_MAX),
	FIELDS_END
};
#undef S

bool
framed_may_hand_over(const struct peer *peer)
{
	const struct framed *f = peer->framed;

	return f->rendering != FRAMED_ASKED && f->rendered_len - f->rendered_at <= RENDERED_MAX;
}

static void
fill_window(struct saved *m, const struct window *w)
{
	m->way_sent = w->sent;
	m->way_acked = w->acked;
	m->way_acked_at = w->acked_at;
	m->rate[0] = w->rate[0];
	m->rate[1] = w->rate[1];
	m->rate_since = w->rate_since;
	m->rtt = w->rtt;
	m->rtt_at = w->rtt_at;
	m->idle_until = w->idle_until;
	m->size = w->size;
	m->max = w->max;
}

static void
fill(struct saved *m, const struct peer *peer)
{
	const struct framed *f = peer->framed;

	/* The rest of a rendering's frame goes along as bytes, as that of a client that was set aside. */
	*m = (struct saved){
		.flags = (f->held ? IS_HELD : 0) | (f->skip ? SKIPS : 0) | (f->exit_sent ? EXIT_SENT : 0) |
		         (f->exit_acked ? EXIT_ACKED : 0) | (f->rendering == FRAMED_READY ? IS_READY : 0) |
		         (f->again ? GOES_ON : 0) | (f->wide ? IS_WIDE : 0) |
		         (f->line ? KNOWS_LINE : 0),
		.source = f->source == FRAMED_RENDERING ? FRAMED_SPILLED : f->source,
		.channel = f->channel, .rendering_flags = f->rendering_flags, .said_window = f->said_window, .said = f->said,
		.ack_at = f->ack_at, .from = f->source == FRAMED_RING ? f->from : 0, .left = f->source ? f->left : 0,
		.render_at = f->render_at, .replay_to = f->replay_to, .replay_until = f->replay_until,
		.head_len = (uint32_t)f->head_len, .head_at = (uint32_t)f->head_at, .rows = f->told.ws_row,
		.cols = f->told.ws_col,
	};
	memcpy(m->sent, f->sent, sizeof m->sent);
	memcpy(m->acked, f->acked, sizeof m->acked);
	memcpy(m->head, f->head, sizeof m->head);
	memcpy(m->stream, f->stream->name, sizeof m->stream);
	fill_window(m, &f->window);
}

/* The bytes of the frame in progress that are in no ring. */
static void
put_rest(struct wire_writer *w, const struct framed *f)
{
	if (f->source == FRAMED_RENDERING)
		wire_put_string(w, f->rendered + f->from, f->left);
	else if (f->source == FRAMED_SPILLED)
		wire_put_string(w, f->spilled + f->from, f->left);
	else
		wire_put_string(w, NULL, 0);
}

void
framed_hand_over(const struct peer *peer, struct wire_writer *w)
{
	const struct framed *f = peer->framed;
	struct saved m;

	fill(&m, peer);
	record_put(w, fields, &m);
	wire_put_string(w, f->reader.buf + f->reader.at, f->reader.len - f->reader.at);
	wire_put_string(w, f->control + f->control_at, f->control_len);
	put_rest(w, f);
	if (f->rendering == FRAMED_READY)
		wire_put_string(w, f->rendered ? f->rendered + f->rendered_at : NULL, f->rendered_len - f->rendered_at);
	else
		wire_put_string(w, NULL, 0);
}

static void
take_window(struct window *w, const struct saved *m)
{
	*w = (struct window){ .sent = m->way_sent, .acked = m->way_acked, .acked_at = m->way_acked_at, .size = m->size,
		              .max = m->max, .rate = { m->rate[0], m->rate[1] }, .rate_since = m->rate_since, .rtt = m->rtt,
		              .rtt_at = m->rtt_at, .idle_until = m->idle_until };
}

/* Whether the numbers are such that a keeper can have written them. */
static bool
is_possible(const struct saved *m)
{
	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		if (m->acked[channel] > m->sent[channel])
			return false;
	return m->head_at <= m->head_len && m->way_acked <= m->way_sent && m->max >= WINDOW_MIN && m->size <= m->max &&
	       m->source != FRAMED_RENDERING && (m->source || !m->left);
}

static void
take_numbers(struct framed *f, const struct saved *m)
{
	f->held = m->flags & IS_HELD;
	f->again = m->flags & GOES_ON;
	f->wide = m->flags & IS_WIDE;
	f->line = m->flags & KNOWS_LINE;
	f->skip = m->flags & SKIPS;
	f->exit_sent = m->flags & EXIT_SENT;
	f->exit_acked = m->flags & EXIT_ACKED;
	f->rendering = m->flags & IS_READY ? FRAMED_READY : FRAMED_NO_RENDERING;
	f->source = (enum framed_source)m->source;
	f->channel = m->channel;
	f->rendering_flags = (uint8_t)m->rendering_flags;
	f->said_window = m->said_window;
	f->said = m->said;
	f->ack_at = m->ack_at;
	f->rest_at = CLOCK_NEVER;
	f->from = m->from;
	f->left = (size_t)m->left;
	f->render_at = m->render_at;
	f->replay_to = m->replay_to;
	f->replay_until = m->replay_until;
	f->head_len = m->head_len;
	f->head_at = m->head_at;
	f->told = (struct winsize){ .ws_row = m->rows, .ws_col = m->cols };
	memcpy(f->sent, m->sent, sizeof f->sent);
	memcpy(f->acked, m->acked, sizeof f->acked);
	memcpy(f->head, m->head, sizeof f->head);
	take_window(&f->window, m);
}

static int
get_framed(struct peer *peer, struct framed *f, struct wire_reader *r)
{
	size_t rest;
	struct saved m;
	int rc;

	memset(&m, 0, sizeof m);
	rc = record_get(r, fields, &m);
	if (rc)
		return rc;
	if (!is_possible(&m))
		return -EPROTO;
	take_numbers(f, &m);
	f->widened = pipesize_is_wide(peer->t.in);
	if (f->line)
		probe_far_knows(peer);
	memcpy(peer->claim.framed.stream, m.stream, sizeof m.stream);
	record_get_bytes(r, f->reader.buf, sizeof f->reader.buf, &f->reader.len);
	record_get_bytes(r, f->control, sizeof f->control, &f->control_len);
	rc = record_get_memory(r, FRAMED_DATA_MAX, &f->spilled, &rest);
	if (!rc)
		rc = record_get_memory(r, RENDERED_MAX, &f->rendered, &f->rendered_len);
	if (rc || r->err)
		return rc ? rc : r->err;
	return rest == (f->source == FRAMED_SPILLED ? f->left : 0) ? 0 : -EPROTO;
}

int
framed_take_over(struct peer *peer, struct wire_reader *r)
{
	struct framed *f = calloc(1, sizeof *f);

	if (!f)
		return -ENOMEM;
	peer->framed = f;
	return get_framed(peer, f, r);
}

/* Whether the ring of CHANNEL has all bytes from FROM to TO. */
static bool
is_in_ring(const struct peer *peer, unsigned channel, uint64_t from, uint64_t to)
{
	const struct ring *r = peer->keeper->source->ring(peer->keeper, channel);

	return r && from <= to && from >= ring_oldest(r) && to <= r->head;
}

int
framed_join(struct peer *peer)
{
	struct framed *f = peer->framed;
	struct stream *s = streams_find(&peer->keeper->streams, peer->claim.framed.stream);

	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++) {
		const struct ring *r = peer->keeper->source->ring(peer->keeper, channel);

		if (f->sent[channel] > (r ? r->head : 0))
			return -EPROTO;
	}
	if (!s || s->users || f->said > s->input ||
	    (f->source == FRAMED_RING && !is_in_ring(peer, f->channel, f->from, f->from + f->left)))
		return -EPROTO;
	s->users = 1;
	s->wide = f->wide;
	s->told = f->said + f->said_window;
	f->stream = s;
	window_set_initial(&f->window, peer->keeper->source->keeps_all);
	watched_set(peer, s->watched);
	kept_join(peer);
	return 0;
}

void
framed_forget(struct peer *peer)
{
	struct framed *f = peer->framed;

	if (!f)
		return;
	free(f->spilled);
	free(f->rendered);
	free(f);
	peer->framed = NULL;
}
