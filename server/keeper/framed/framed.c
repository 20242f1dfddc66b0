/* SPDX-License-Identifier: MIT */
#include "framed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attachments.h"
#include "catchup.h"
#include "clock.h"
#include "frame_session.h"
#include "framed_line.h"
#include "framed_private.h"
#include "frames_in.h"
#include "frames_out.h"
#include "inputshare.h"
#include "kept.h"
#include "pipesize.h"
#include "probe.h"
#include "redraw.h"
#include "signame.h"
#include "theme.h"
#include "watched.h"

#define REST_MS 1000 /* without input that moves */
#define AHEAD (KEEPER_READ_MAX + 4096u) /* of what was sent a program may always be: framed_behind() keeps it to that
                                           where the ring is full */

const char *
framed_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	const struct attach_framed *m = &claim->framed;
	const struct stream *s = streams_find((struct streams *)&k->streams, m->stream);
	const struct ring *errors = k->source->ring((struct keeper *)k, 1);

	*code = ATTACH_REFUSAL_OTHER;
	if (!(claim->flags & ATTACH_FLAG_FRAMED) || memcmp(m->key, k->session_key, sizeof m->key) != 0)
		return "the session has ended";
	if (k->state != KEEPER_RUNNING && k->state != KEEPER_ENDING)
		return "the session has not started yet";
	*code = ATTACH_REFUSAL_BUSY;
	if (s && s->put_out)
		return s->put_out == FRAME_D_TAKEN  ? "another attachment has taken the session over"
		       : s->put_out == FRAME_D_IDLE ? "detached: nobody has typed for too long"
		                                    : "detached from elsewhere";
	*code = ATTACH_REFUSAL_BAD;
	if (m->output > k->ring.head || m->errors > (errors ? errors->head : 0) || (s && m->input > s->input))
		return "offsets beyond what the session has sent or received";
	return NULL;
}

struct peer *
framed_other(const struct peer *peer)
{
	struct keeper *k = peer->keeper;
	const struct stream *s = streams_find(&k->streams, peer->claim.framed.stream);
	struct peer *each;

	for (unsigned i = 0; s && (each = peers_next_attached(k, &i));)
		if (each->framed && each->framed->stream == s)
			return each;
	return NULL;
}

static void
know_client(struct peer *peer)
{
	struct framed *f = peer->framed;

	inputshare_look(peer->keeper, clock_now_ms());
	f->wide = f->stream->wide = frame_has_feature(peer->claim.framed.features, FRAME_WIDE_INPUT);
	f->line = frame_has_feature(peer->claim.framed.features, FRAME_LINE_FEATURE);
	f->widened = pipesize_is_wide(peer->t.in);
	if (f->line)
		probe_far_knows(peer);
}

/* The bytes on the way must still be in the ring when the line breaks, and what the program is ahead of them. */
static void
init_window(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	uint64_t ahead = k->ring.size / 2 < AHEAD ? k->ring.size / 2 : AHEAD;

	window_init(&peer->framed->window, k->ring.size - ahead);
	if (k->source->keeps_all)
		window_begin_bulk(&peer->framed->window);
}

/* The pipes are those of an attachment that a keeper had which has died. */
static int
begin_again(struct peer *peer, struct framed *f)
{
	struct stream *s = streams_find(&peer->keeper->streams, peer->claim.framed.stream);
	uint64_t way = 0;
	int rc;

	if (!s || s->users) {
		free(f);
		return -EBUSY;
	}
	peer->framed = f;
	f->stream = s;
	know_client(peer);
	f->said = s->input;
	/* The client gets an acknowledgement at once: what was queued has gone with the keeper. */
	f->ack_at = 0;
	f->rest_at = CLOCK_NEVER;
	init_window(peer);
	rc = kept_go_on(peer);
	if (rc < 0)
		return rc;
	s->users = 1;
	watched_set(peer, s->watched);
	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		way += f->sent[channel] - f->acked[channel];
	if (way)
		window_sent(&f->window, (size_t)way, framed_clock_us());
	return 0;
}

/*
 * The client's first bytes have reached the keeper by another way, and come over the pipe, too: they are the body of a
 * frame that nobody knows.
 */
static void
pass_over(struct framed *f, uint32_t ahead)
{
	const uint32_t len = 1 + ahead;

	for (int i = 0; i < 4; i++)
		f->reader.buf[i] = (unsigned char)(len >> (24 - 8 * i));
	f->reader.buf[4] = UINT8_MAX;
	f->reader.len = FRAME_HEAD;
}

static int
framed_begin(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct attach_framed *m = &peer->claim.framed;
	struct framed *f = calloc(1, sizeof *f);
	struct stream *s = streams_find(&k->streams, m->stream);

	if (!f)
		return -ENOMEM;
	if (peer->claim.mode == ATTACH_MODE_AGAIN)
		return begin_again(peer, f);
	m->known = s && peer->claim.mode == ATTACH_MODE_STREAM;
	if (!m->known)
		s = streams_begin(&k->streams, m->stream);
	if (!s) {
		free(f);
		return -EBUSY;
	}
	s->users = 1;
	s->open = true;
	s->put_out = 0;
	s->watched = FRAME_WATCH_NOT;
	f->stream = s;
	peer->framed = f;
	know_client(peer);
	if (peer->claim.mode == ATTACH_MODE_FIRST && m->input && m->input < FRAME_MAX)
		pass_over(f, (uint32_t)m->input);
	f->said = s->input;
	f->said_window = framed_window(peer);
	s->told = f->said + f->said_window;
	f->ack_at = f->rest_at = CLOCK_NEVER;
	init_window(peer);
	kept_open(peer);
	return 0;
}

static void
framed_free(struct peer *peer)
{
	struct framed *f = peer->framed;

	if (!f)
		return;
	watched_leave(peer);
	kept_close(peer);
	f->stream->users = 0;
	f->stream->told = 0;
	stream_rest(f->stream);
	free(f->spilled);
	free(f->rendered);
	free(f);
	peer->framed = NULL;
}

static void
put_attached(struct peer *peer, bool is_new)
{
	struct framed *f = peer->framed;
	struct keeper *k = peer->keeper;
	struct frame_attached m = {
		.version = FRAME_VERSION, .features = FRAME_SERVER_FEATURES, .id = k->dir.id,
		.kind = k->source->kind, .is_new = is_new,
		.known = peer->claim.framed.known, .input = f->stream->input, .window = f->said_window,
		.output = f->sent[0], .errors = f->sent[1], .rows = k->size.ws_row, .cols = k->size.ws_col,
	};
	unsigned char out[256];

	snprintf(m.name, sizeof m.name, "%s", k->name);
	memcpy(m.key, k->session_key, sizeof m.key);
	framed_put(peer, out, frame_put_attached(&m, out, sizeof out));
	f->told = k->size;
}

/* Where CHANNEL begins for PEER. */
static uint64_t
first_offset(const struct peer *peer, unsigned channel, bool is_new)
{
	struct keeper *k = peer->keeper;

	if (is_new)
		return 0;
	if (peer->claim.mode == ATTACH_MODE_STREAM)
		return channel ? peer->claim.framed.errors : peer->claim.framed.output;
	return k->source->first(k, channel);
}

static void
framed_greet(struct peer *peer, bool is_new, bool quiet)
{
	struct framed *f = peer->framed;
	struct keeper *k = peer->keeper;
	bool resumes = peer->claim.mode == ATTACH_MODE_STREAM;

	if ((peer->claim.mode == ATTACH_MODE_AGAIN || resumes) && k->source->has_terminal)
		theme_goes_on(peer);
	if (peer->claim.mode == ATTACH_MODE_AGAIN)
		return;
	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		f->sent[channel] = f->acked[channel] = first_offset(peer, channel, is_new);
	/* The client may have received more than it could acknowledge before the cut. */
	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		catchup_release(k, channel);
	put_attached(peer, is_new);
	if (resumes) {
		/* A command has no terminal that would answer: its input may be anything. */
		f->replay_to = k->source->has_terminal ? k->ring.head : 0;
		f->replay_until = CLOCK_NEVER;
		catchup_go_on(peer, quiet);
	} else if (!is_new && k->source->has_terminal) {
		f->skip = true;
		redraw_screen(peer, REDRAW_RESUMED, quiet);
	} else if (is_new) {
		theme_listen(peer);
	}
	framed_push(peer);
}

static void
on_in(void *object, short revents)
{
	struct peer *peer = object;

	if (peer->phase != PEER_ATTACHED || peer->t.dead)
		return;
	if (revents & POLLIN)
		framed_read(peer);
	else if (revents & (POLLHUP | POLLERR | POLLNVAL))
		peer->t.dead = true;
}

static void
on_out(void *object, short revents)
{
	struct peer *peer = object;

	if (peer->phase != PEER_ATTACHED || peer->t.dead)
		return;
	if (revents & (POLLERR | POLLHUP | POLLNVAL)) {
		framed_deaf(peer);
		return;
	}
	if (peer->t.flow == TERMINAL_ASIDE && window_room(&peer->framed->window))
		catchup_return(peer);
	framed_push(peer);
	peer->framed->again = peer->framed->held;
}

/* Input moves, or has come to rest: then its memory and its wide pipe go back soon. */
static void
watch_input(struct framed *f, struct loop *l)
{
	if (!stream_keeps(f->stream) && !f->widened)
		return;
	if (f->fed != f->stream->fed || f->rest_at == CLOCK_NEVER)
		f->rest_at = clock_now_ms() + REST_MS;
	f->fed = f->stream->fed;
	loop_until(l, f->rest_at);
}

static void
framed_watch(struct peer *peer, struct loop *l)
{
	struct framed *f = peer->framed;

	/* While a frame is held no more is read, but the end of the pipe is noticed. */
	loop_add(l, peer->t.in, f->held ? 0 : POLLIN, on_in, peer);
	/* Behind EXIT only EXIT_ACK is to come: sshd may close our output before it has passed that on. */
	if (!f->deaf && (!f->exit_sent || f->full || f->control_len))
		loop_add(l, peer->t.out, f->full ? POLLOUT : 0, on_out, peer);
	if (peer->t.flow == TERMINAL_BLOCKED)
		loop_until(l, peer->t.since + peer->keeper->init.stall_ms);
	loop_until(l, f->deaf ? f->deaf : f->ack_at);
	watch_input(f, l);
}

/* Tells the client the session's size, if it differs from the one that the client was told. */
static void
tell_size(struct peer *peer)
{
	const struct winsize *now = &peer->keeper->size, *told = &peer->framed->told;
	struct frame_size m = { .rows = now->ws_row, .cols = now->ws_col };
	unsigned char out[32];

	if (!peer->keeper->source->has_terminal ||
	    (now->ws_row == told->ws_row && now->ws_col == told->ws_col))
		return;
	peer->framed->told = *now;
	framed_put(peer, out, frame_put_size(FRAME_SIZE_IS, &m, out, sizeof out));
}

/* SIZE_IS tells the client, which asks for the screen. */
static bool
framed_fits_again(struct peer *peer)
{
	(void)peer;
	return true;
}

static void
framed_turn(struct peer *peer, uint64_t now)
{
	struct framed *f = peer->framed;

	if (f->deaf && f->deaf <= now)
		peer->t.dead = true;
	tell_size(peer);
	if (f->again) {
		f->again = false;
		framed_take(peer);
		if (peer->phase == PEER_GONE)
			return;
	}
	if (f->control_len || f->ack_at <= now || watched_owes(peer, framed_written(f, 0)))
		framed_push(peer);
	kept_taken(peer);
	if (f->rest_at <= now) {
		stream_rest(f->stream);
		if (f->widened)
			pipesize_narrow(peer->t.in);
		f->widened = false;
		f->rest_at = CLOCK_NEVER;
	}
	if (peer->t.dead || peer->t.flow != TERMINAL_BLOCKED)
		return;
	if (!peer->t.since)
		peer->t.since = now;
	if (now - peer->t.since < peer->keeper->init.stall_ms)
		return;
	attachments_unanswered(peer);
	framed_set_aside(peer);
}

static uint64_t
framed_seen(const struct peer *peer)
{
	return peer->framed->acked[0];
}

static uint64_t
framed_may_have(const struct peer *peer)
{
	return framed_written(peer->framed, 0);
}

/* Input is in its stream, which input_feed() gives to the program. */
static void
framed_feed(struct peer *peer)
{
	(void)peer;
}

/* The program has taken input: a frame that was held can be taken, and the client may be waiting for a window. */
static void
framed_room(struct peer *peer)
{
	struct framed *f = peer->framed;
	uint64_t told = f->said + f->said_window, input = f->stream->input, left = told > input ? told - input : 0;
	uint32_t room = framed_window(peer);

	if ((left < STREAMS_NARROW / 2 && room >= STREAMS_NARROW / 2) || room >= left + STREAMS_PIECE)
		framed_ack_input(peer, true);
	f->again = f->held;
}

static void
framed_detach(struct peer *peer, enum attach_reason why, const char *target)
{
	static const uint32_t reasons[] = {
		[ATTACH_WHY_DETACH] = FRAME_D_ASKED, [ATTACH_WHY_TAKEN] = FRAME_D_TAKEN,
		[ATTACH_WHY_SWITCH] = FRAME_D_SWITCH, [ATTACH_WHY_DEAD] = FRAME_D_STALLED,
		[ATTACH_WHY_IDLE] = FRAME_D_IDLE,
	};
	uint32_t reason = reasons[why];
	char text[TEXT_CAP] = "detached";

	if (why == ATTACH_WHY_TAKEN)
		snprintf(text, sizeof text, "another attachment has taken the session over");
	else if (why == ATTACH_WHY_IDLE)
		snprintf(text, sizeof text, "no input for %s: detached", target);
	else if (target)
		snprintf(text, sizeof text, "%s", target);

	kept_break(peer);
	/* If this does not reach the client, framed_objection() tells it when it comes back. */
	peer->framed->stream->put_out = reason;
	peer->framed->stream->open = false;
	peer->framed->ack_at = CLOCK_NEVER;
	framed_put_text(peer, FRAME_DETACHED, reason, text);
	framed_push(peer);
}

static void
put_exit(struct peer *peer)
{
	struct shell_exit end = shell_exit(&peer->keeper->shell);
	struct frame_exit m = { .signaled = end.signaled, .value = end.value };
	const char *name = end.signaled ? signame_of((int)end.value) : NULL;
	unsigned char out[64];

	if (name)
		snprintf(m.signal, sizeof m.signal, "%s", name);
	kept_break(peer);
	/* Nothing comes behind EXIT: so the input that has been taken is acknowledged before. */
	if (peer->framed->ack_at != CLOCK_NEVER) {
		framed_ack_input(peer, true);
		framed_push(peer);
	}
	framed_put(peer, out, frame_put_exit(&m, out, sizeof out));
	peer->framed->exit_sent = true;
	framed_push(peer);
}

static void
framed_say_ended(struct peer *peer)
{
	if (peer->framed->exit_sent)
		return;
	if (peer->keeper->cause[0])
		framed_put_text(peer, FRAME_NOTICE, 0, peer->keeper->cause);
	put_exit(peer);
}

static bool
framed_has_heard(const struct peer *peer)
{
	return peer->framed->exit_acked;
}

const struct attachment_ops framed_ops = {
	.keeps_scrollback = true,
	.begin = framed_begin,
	.greet = framed_greet,
	.free = framed_free,
	.watch = framed_watch,
	.push = framed_push,
	.gathers = true,
	.behind = framed_behind,
	.turn = framed_turn,
	.type = framed_type,
	.feed = framed_feed,
	.room = framed_room,
	.seen = framed_seen,
	.written = framed_may_have,
	.expect = framed_expect,
	.rendered = framed_rendered,
	.ping = framed_ping,
	.ask_far = framed_ask_line,
	.fits_again = framed_fits_again,
	.detach = framed_detach,
	.say_ended = framed_say_ended,
	.has_heard = framed_has_heard,
};
