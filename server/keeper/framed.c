/* SPDX-License-Identifier: MIT */
#include "framed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attached.h"
#include "clock.h"
#include "frame_session.h"
#include "keeper.h"
#include "show.h"
#include "signame.h"

/* How long a session that has ended waits for the client that has not heard of it. */
#define LINGER_MS 60000

uint32_t
framed_kind(const struct keeper *k)
{
	return k->command ? FRAME_COMMAND : FRAME_TERMINAL;
}

bool
framed_has_heard(const struct client *c)
{
	return c->framed->exit_acked;
}

const char *
framed_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	const struct attach_framed *m = &claim->framed;
	const struct stream *s = streams_find((struct streams *)&k->streams, m->stream);
	const struct ring *errors = framed_ring(k, 1);

	*code = ATTACH_OTHER;
	if (!(claim->flags & ATTACH_FLAG_FRAMED) || memcmp(m->key, k->session_key, sizeof m->key) != 0)
		return "that session has ended";
	if (k->state != KEEPER_RUNNING && k->state != KEEPER_ENDING)
		return "it has not started yet";
	*code = ATTACH_BUSY;
	if (s && s->put_out)
		return s->put_out == FRAME_D_TAKEN ? "another attachment has taken the session over"
		                                   : "it was detached from elsewhere";
	*code = ATTACH_BAD;
	if (m->output > k->ring.head || m->errors > (errors ? errors->head : 0) || (s && m->input > s->input))
		return "offsets that the session has not come to";
	return NULL;
}

/* The attachment that has S now. */
static struct client *
user_of(struct keeper *k, const struct stream *s)
{
	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (c->fd >= 0 && c->framed && c->framed->stream == s)
			return c;
	}
	return NULL;
}

int
framed_begin(struct client *c)
{
	struct keeper *k = c->keeper;
	struct attach_framed *m = &c->claim.framed;
	struct framed *f = calloc(1, sizeof *f);
	struct stream *s = streams_find(&k->streams, m->stream);
	struct client *old = s ? user_of(k, s) : NULL;

	if (!f)
		return -ENOMEM;
	if (old)
		client_give_up(old);
	m->known = s && c->claim.mode == ATTACH_MODE_STREAM;
	if (!m->known)
		s = streams_begin(&k->streams, m->stream);
	if (!s) {
		free(f);
		return -EBUSY;
	}
	s->users = 1;
	s->open = true;
	s->put_out = 0;
	f->stream = s;
	f->said = s->input;
	f->said_window = (uint32_t)stream_room(s);
	f->ack_at = CLOCK_NEVER;
	/* What is on the way must still be in the ring when the line breaks. */
	framed_window_init(&f->window, k->ring.size / 2);
	c->framed = f;
	return 0;
}

void
framed_free(struct client *c)
{
	struct framed *f = c->framed;

	if (!f)
		return;
	f->stream->users = 0;
	free(f->spilled);
	free(f->rendered);
	free(f);
	c->framed = NULL;
}

/* What C is to have of CHANNEL from FROM on is gone up to where the ring begins: says so. */
static void
put_gap(struct client *c, unsigned channel, uint64_t from, uint64_t to)
{
	struct frame_gap m = { .channel = (uint8_t)channel, .from = from, .to = to };
	unsigned char out[32];

	framed_put(c, out, frame_put_gap(&m, out, sizeof out));
}

/* A command's output that another client has taken meanwhile is gone. */
static void
pass_over_taken(struct client *c)
{
	struct framed *f = c->framed;

	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++) {
		uint64_t first = command_acked(c->keeper->command, channel);

		if (f->sent[channel] >= first)
			continue;
		put_gap(c, channel, f->sent[channel], first);
		f->sent[channel] = f->acked[channel] = first;
		framed_window_forget(&f->window);
	}
}

/* Goes on at OFFSET if that is still there, else says how much is gone and draws the screen. */
static void
go_on(struct client *c, bool quiet)
{
	struct framed *f = c->framed;
	struct keeper *k = c->keeper;

	if (k->command) {
		pass_over_taken(c);
		return;
	}
	if (!f->skip && f->sent[0] >= ring_oldest(&k->ring))
		return;
	c->shown = f->sent[0];
	if (f->sent[0] < ring_oldest(&k->ring))
		put_gap(c, 0, f->sent[0], k->ring.head);
	f->skip = true;
	f->rendering_flags = 0;
	show_screen(c, SHOW_AGAIN, quiet);
}

static void
put_attached(struct client *c, bool is_new)
{
	struct framed *f = c->framed;
	struct keeper *k = c->keeper;
	struct frame_attached m = {
		.version = FRAME_VERSION, .id = k->place.id, .kind = framed_kind(k), .is_new = is_new,
		.known = c->claim.framed.known, .input = f->stream->input, .window = f->said_window,
		.output = f->sent[0], .errors = f->sent[1], .rows = k->size.ws_row, .cols = k->size.ws_col,
	};
	unsigned char out[256];

	snprintf(m.name, sizeof m.name, "%s", k->name);
	memcpy(m.key, k->session_key, sizeof m.key);
	framed_put(c, out, frame_put_attached(&m, out, sizeof out));
	f->told = k->size;
}

/* Where CHANNEL begins for C. */
static uint64_t
first_offset(const struct client *c, unsigned channel, bool is_new)
{
	struct keeper *k = c->keeper;

	if (is_new)
		return 0;
	if (c->claim.mode == ATTACH_MODE_STREAM)
		return channel ? c->claim.framed.errors : c->claim.framed.output;
	return k->command ? command_acked(k->command, channel) : channel ? 0 : k->ring.head;
}

void
framed_greet(struct client *c, bool is_new, bool quiet)
{
	struct framed *f = c->framed;
	struct keeper *k = c->keeper;
	bool resumes = c->claim.mode == ATTACH_MODE_STREAM;

	for (unsigned channel = 0; channel < FRAMED_CHANNELS; channel++)
		f->sent[channel] = f->acked[channel] = first_offset(c, channel, is_new);
	/* It may have taken more than it could acknowledge before the cut. */
	for (unsigned channel = 0; k->command && channel < FRAMED_CHANNELS; channel++)
		framed_release(k, channel);
	put_attached(c, is_new);
	if (resumes) {
		/* A command has no terminal that would answer: its input may be anything. */
		f->replay_to = k->command ? 0 : k->ring.head;
		f->replay_until = CLOCK_NEVER;
		go_on(c, quiet);
	} else if (!is_new && !k->command) {
		f->skip = true;
		show_screen(c, SHOW_RESUMED, quiet);
	}
	framed_push(c);
}

void
framed_return(struct client *c)
{
	c->t.flow = TERMINAL_FLOWING;
	go_on(c, c->quiet);
	painting_attend(c->keeper);
}

static void
on_in(void *object, short revents)
{
	struct client *c = object;

	if (c->phase != CLIENT_ATTACHED || c->t.dead)
		return;
	if (revents & POLLIN)
		framed_read(c);
	else if (revents & (POLLHUP | POLLERR | POLLNVAL))
		c->t.dead = true;
}

static void
on_out(void *object, short revents)
{
	struct client *c = object;

	if (c->phase != CLIENT_ATTACHED || c->t.dead)
		return;
	if (revents & (POLLERR | POLLHUP | POLLNVAL)) {
		c->t.dead = true;
		return;
	}
	if (c->t.flow == TERMINAL_ASIDE && framed_window_room(&c->framed->window))
		framed_return(c);
	framed_push(c);
	c->framed->again = c->framed->held;
}

void
framed_watch(struct client *c, struct loop *l)
{
	struct framed *f = c->framed;

	/* What is held is not made more of, but a pipe that has ended is heard of. */
	loop_add(l, c->t.in, f->held ? 0 : POLLIN, on_in, c);
	loop_add(l, c->t.out, f->full ? POLLOUT : 0, on_out, c);
	if (c->t.flow == TERMINAL_BLOCKED)
		loop_until(l, c->t.since + c->keeper->init.stall_ms);
	loop_until(l, f->ack_at);
}

/* The session's size is not what the client takes it for. */
static void
tell_size(struct client *c)
{
	const struct winsize *now = &c->keeper->size, *told = &c->framed->told;
	struct frame_size m = { .rows = now->ws_row, .cols = now->ws_col };
	unsigned char out[32];

	if (framed_kind(c->keeper) != FRAME_TERMINAL ||
	    (now->ws_row == told->ws_row && now->ws_col == told->ws_col))
		return;
	c->framed->told = *now;
	framed_put(c, out, frame_put_size(FRAME_SIZE_IS, &m, out, sizeof out));
}

void
framed_sweep(struct client *c, uint64_t now)
{
	struct framed *f = c->framed;

	tell_size(c);
	if (f->again) {
		f->again = false;
		framed_take(c);
		if (c->fd < 0)
			return;
	}
	if (f->control_len || f->ack_at <= now)
		framed_push(c);
	if (c->t.dead || c->t.flow != TERMINAL_BLOCKED)
		return;
	if (!c->t.since)
		c->t.since = now;
	if (now - c->t.since < c->keeper->init.stall_ms)
		return;
	attached_unanswered(c);
	framed_set_aside(c);
}

uint64_t
framed_seen(const struct client *c)
{
	return c->framed->acked[0];
}

static ssize_t
give(struct keeper *k, const unsigned char *p, size_t len)
{
	return k->command ? (ssize_t)command_feed(k->command, p, len) : write(k->master, p, len);
}

/* Input of S to the program: as much as it takes. */
static void
feed_stream(struct keeper *k, struct stream *s)
{
	const unsigned char *p;
	size_t len;

	while ((len = stream_waiting(s, &p)) > 0) {
		ssize_t n = give(k, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			n = (ssize_t)len; /* nobody reads any more: the shell has ended */
		if (n <= 0)
			return;
		stream_used(s, (size_t)n);
	}
}

/* Input has gone on: what was held can be taken, and a client may stand still for want of a window. */
static void
unhold(struct client *c)
{
	struct framed *f = c->framed;

	if (f->said_window < STREAMS_QUEUE / 2 && stream_room(f->stream) >= STREAMS_QUEUE / 2)
		framed_ack_input(c, true);
	f->again = f->held;
}

void
framed_feed(struct keeper *k)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (k->streams.v[i].len)
			feed_stream(k, &k->streams.v[i]);
	if (k->command && streams_ended(&k->streams))
		command_end_input(k->command);
	for (unsigned i = 0; i < k->clients.count; i++)
		if (k->clients.v[i]->phase == CLIENT_ATTACHED && k->clients.v[i]->framed)
			unhold(k->clients.v[i]);
}

void
framed_error(struct client *c, enum frame_error_code code, const char *text)
{
	framed_put_text(c, FRAME_ERROR, code, text);
	framed_push(c);
	c->t.dead = true;
}

void
framed_detached(struct client *c, enum attach_reason why, const char *target)
{
	static const uint32_t reasons[] = {
		[ATTACH_WHY_DETACH] = FRAME_D_ASKED, [ATTACH_WHY_TAKEN] = FRAME_D_TAKEN,
		[ATTACH_WHY_SWITCH] = FRAME_D_SWITCH, [ATTACH_WHY_DEAD] = FRAME_D_STALLED,
	};
	uint32_t reason = reasons[why];
	const char *text = reason == FRAME_D_TAKEN ? "another attachment has taken the session over" : "detached";

	/* It may never hear of this: then it is told when it wants to go on. */
	c->framed->stream->put_out = reason;
	c->framed->stream->open = false;
	c->framed->ack_at = CLOCK_NEVER;
	framed_put_text(c, FRAME_DETACHED, reason, target ? target : text);
	framed_push(c);
}

static void
put_exit(struct client *c)
{
	int status = c->keeper->status;
	struct frame_exit m = { .signaled = WIFSIGNALED(status) };
	unsigned char out[64];
	const char *name;

	m.value = m.signaled ? (uint32_t)WTERMSIG(status) : (uint32_t)WEXITSTATUS(status);
	name = m.signaled ? signame_of((int)m.value) : NULL;
	if (name)
		snprintf(m.signal, sizeof m.signal, "%s", name);
	/* Nothing comes behind EXIT: what has been taken of its input is acknowledged before. */
	if (c->framed->ack_at != CLOCK_NEVER) {
		framed_ack_input(c, true);
		framed_push(c);
	}
	framed_put(c, out, frame_put_exit(&m, out, sizeof out));
	c->framed->exit_sent = true;
	framed_push(c);
}

bool
framed_linger(struct keeper *k)
{
	uint64_t now = clock_now_ms();

	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (c->phase == CLIENT_ATTACHED && c->framed && !c->framed->exit_sent && !framed_behind(c, 0))
			put_exit(c);
	}
	/* Who has it killed does not want it to wait for somebody who may never come. */
	if (!streams_open(&k->streams) || (k->killed && !attached_count(k)))
		return false;
	if (k->linger_until == CLOCK_NEVER)
		k->linger_until = k->commanded && !k->killed ? expiry_detached_from(k, now) : now + LINGER_MS;
	return now < k->linger_until;
}
