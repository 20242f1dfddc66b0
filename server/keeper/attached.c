/* SPDX-License-Identifier: MIT */
#include "attached.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "framed.h"
#include "keeper.h"
#include "oneanswer.h"
#include "show.h"
#include "tail.h"

static unsigned char out[256];

/* All clients that are attached, one after the other: for (i = 0; (c = next_attached(k, &i)); ) */
static struct client *
next_attached(const struct keeper *k, unsigned *i)
{
	while (*i < k->clients.count) {
		struct client *c = k->clients.v[(*i)++];

		if (c->phase == CLIENT_ATTACHED)
			return c;
	}
	return NULL;
}

unsigned
attached_count(const struct keeper *k)
{
	unsigned i = 0, n = 0;

	while (next_attached(k, &i))
		n++;
	return n;
}

bool
attached_listens(const struct client *c)
{
	return c->t.flow != TERMINAL_ASIDE && !c->t.readonly && !c->t.dead;
}

bool
attached_listening(const struct keeper *k)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		if (attached_listens(c))
			return true;
	return false;
}

struct client *
attached_live(const struct keeper *k)
{
	struct client *c, *live = NULL;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		if (!live || c->active > live->active)
			live = c;
	return live;
}

struct client *
attached_leading(const struct keeper *k)
{
	struct client *c, *leading = NULL;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		if (attached_listens(c) && (!leading || c->active > leading->active))
			leading = c;
	return leading;
}

/* Gives the pty what C has typed; what it does not take stays until it does. */
static void
feed(struct client *c)
{
	struct keeper *k = c->keeper;
	struct terminal *t = &c->t;

	while (t->input_at < t->input_len) {
		ssize_t n = write(k->master, t->input + t->input_at, t->input_len - t->input_at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			t->input_at = t->input_len; /* nobody reads any more: the shell has ended */
		if (n <= 0)
			return;
		t->input_at += (size_t)n;
	}
}

/* What C has typed, without what another terminal says; whether there is anything but reports. */
static bool
take_typed(struct client *c)
{
	static unsigned char left[ONEANSWER_ROOM(TERMINAL_INPUT)];
	bool is_typed = true;

	if (oneanswer_wanted(c)) {
		c->t.input_len = oneanswer_filter(c, c->t.input, c->t.input_len, left, &is_typed);
		memcpy(c->t.input, left, c->t.input_len);
	}
	return is_typed;
}

/* C's input, which is there, goes on. */
static void
typed(struct client *c)
{
	struct keeper *k = c->keeper;

	oneanswer_leads(c);
	c->active = ++k->clients.clock;
	k->activity_ms = clock_date_ms();
	/* Who types has seen, or his terminal has answered, what came before. */
	k->answered = k->ring.head;
	feed(c);
}

static void
on_input(void *object, short revents)
{
	struct client *c = object;

	if (c->phase != CLIENT_ATTACHED)
		return;
	if ((revents & POLLIN) && c->t.input_at == c->t.input_len && terminal_read(&c->t)) {
		c->keeper->heard_ms = clock_date_ms();
		probe_heard(c);
		if (take_typed(c))
			typed(c);
		else
			feed(c);
	} else if ((revents & (POLLHUP | POLLERR | POLLNVAL)) && !(revents & POLLIN)) {
		/* A pipe's end of file is no hang-up while there is somebody to read what we write. */
		if (c->t.pipes)
			c->t.input_ended = true;
		else
			c->t.dead = true;
	}
}

static void
on_output(void *object, short revents)
{
	struct client *c = object;
	struct keeper *k = c->keeper;

	if (c->phase != CLIENT_ATTACHED)
		return;
	if (revents & (POLLERR | POLLHUP | POLLNVAL)) {
		c->t.dead = true;
	} else if (c->t.flow == TERMINAL_ASIDE) {
		/* It moves again: the screen as it is now instead of what it has missed. */
		show_screen(c, SHOW_AGAIN, c->quiet);
	}
	terminal_push(&c->t, &k->ring);
}

/* One of a tty's two sides; both come for the one descriptor. */
static void
on_tty(void *object, short revents)
{
	if (revents & (POLLOUT | POLLERR | POLLHUP | POLLNVAL))
		on_output(object, revents & ~POLLIN);
	if (revents & POLLIN)
		on_input(object, revents);
}

void
attached_release(struct client *c)
{
	unsigned char held[REPORTS_HELD];
	size_t n = oneanswer_release(c, held);

	if (!n || c->t.readonly)
		return;
	if (c->framed) {
		framed_typed(c, held, n);
	} else {
		/* None of it was read while something else waits. */
		memcpy(c->t.input, held, n);
		c->t.input_at = 0;
		c->t.input_len = n;
		typed(c);
	}
}

void
attached_watch(struct keeper *k, struct loop *l)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));) {
		struct terminal *t = &c->t;

		if (c->reports.until)
			loop_until(l, c->reports.until);
		if (c->framed) {
			framed_watch(c, l);
			continue;
		}
		bool listens = k->state == KEEPER_RUNNING && k->quiet_until == CLOCK_NEVER && !controlmode_waits(k);
		short in = listens && t->input_at == t->input_len && !t->input_ended ? POLLIN : 0;
		bool blocked = t->flow == TERMINAL_BLOCKED || t->flow == TERMINAL_ASIDE;
		short want = blocked && !pacing_closed(&t->pace) ? POLLOUT : 0;

		if (t->pipes) {
			if (in)
				loop_add(l, t->in, in, on_input, c);
			loop_add(l, t->out, want, on_output, c);
		} else {
			loop_add(l, t->in, in | want, on_tty, c);
		}
		if (t->flow == TERMINAL_BLOCKED)
			loop_until(l, t->since + k->init.stall_ms);
		if (blocked && pacing_closed(&t->pace))
			loop_until(l, t->pace.until);
	}
}

void
attached_push(struct keeper *k)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		if (c->t.flow == TERMINAL_FLOWING) {
			if (c->framed)
				framed_push(c);
			else
				terminal_push(&c->t, &k->ring);
		}
}

/* Takes the keys that send signals out of what was read. */
static void
drop_signal_keys(struct terminal *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->input_len; i++)
		if (t->input[i] != 0x03 && t->input[i] != 0x1c && t->input[i] != 0x1a)
			t->input[kept++] = t->input[i];
	t->input_len = kept;
}

void
attached_typed_ahead(struct keeper *k)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));) {
		if (c->t.pipes || c->t.input_at < c->t.input_len || !terminal_read(&c->t))
			continue;
		drop_signal_keys(&c->t);
		feed(c);
	}
}

void
attached_feed(struct keeper *k)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		feed(c);
	framed_feed(k);
}

bool
attached_input_waits(const struct keeper *k)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		if (c->t.input_at < c->t.input_len)
			return true;
	return k->quiet_until == CLOCK_NEVER && streams_wait(&k->streams);
}

bool
attached_behind(const struct keeper *k, uint64_t lag)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));) {
		if (c->t.flow == TERMINAL_ASIDE || c->t.dead)
			continue;
		if (c->framed ? framed_behind(c, lag)
		    : lag     ? k->ring.head - c->t.offset > pacing_lag(&c->t.pace, lag)
		              : terminal_behind(&c->t, &k->ring))
			return true;
	}
	return false;
}

static void
shrink(unsigned short *size, unsigned short to)
{
	if (to && (!*size || to < *size))
		*size = to;
}

struct winsize
attached_common_size(const struct keeper *k)
{
	struct winsize all = { 0 };
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));) {
		if (c->t.readonly)
			continue;
		shrink(&all.ws_row, c->t.size.ws_row);
		shrink(&all.ws_col, c->t.size.ws_col);
		shrink(&all.ws_xpixel, c->t.size.ws_xpixel);
		shrink(&all.ws_ypixel, c->t.size.ws_ypixel);
	}
	return all;
}

/* Modes off, main screen on: as far as the terminal takes it now. */
static void
leave_clean(struct client *c)
{
	const struct ring *r = &c->keeper->ring;
	uint64_t oldest = ring_oldest(r);
	struct tail t;

	if (c->t.pipes || c->t.flow != TERMINAL_FLOWING)
		return;
	if (painting_leave(c->keeper, &t.bytes, &t.len) < 0 &&
	    tail_leave(&t, ring_at(r, oldest), (size_t)(r->head - oldest), oldest == 0) < 0)
		return;
	if (write(c->t.out, t.bytes, t.len) < 0)
		c->t.dead = true;
	free(t.bytes);
}

void
attached_detach(struct client *c, enum attach_reason why, const char *target)
{
	struct attach_detached m = { .reason = why };

	if (target)
		snprintf(m.target, sizeof m.target, "%s", target);
	if (c->framed) {
		framed_detached(c, why, target);
	} else {
		leave_clean(c);
		terminal_close(&c->t);
	}
	client_send(c, out, attach_encode_detached(ATTACH_DETACHED, &m, out, sizeof out));
	client_give_up(c);
}

void
attached_detach_all(struct keeper *k, const struct client *except, enum attach_reason why)
{
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));)
		if (c != except)
			attached_detach(c, why, NULL);
}

void
attached_end(struct keeper *k, int status, bool all)
{
	struct attach_exit m = { .signaled = WIFSIGNALED(status),
		                 .value = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status)
		                                              : (uint32_t)WEXITSTATUS(status) };
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));) {
		if (c->framed && !all && !framed_has_heard(c))
			continue;
		if (!c->framed)
			terminal_close(&c->t);
		client_send(c, out, attach_encode_exit(&m, out, sizeof out));
		client_give_up(c);
	}
}

void
attached_unanswered(struct client *c)
{
	struct keeper *k = c->keeper;

	uint64_t seen = c->framed ? framed_seen(c) : c->t.offset;

	if (c->t.in >= 0 && seen < k->answered && !attached_listening(k))
		k->answered = seen;
	oneanswer_gone(c);
}

/* It was held back because its connection had enough to move: another look at that. */
static void
look_again(struct client *c, uint64_t now)
{
	if ((c->t.flow != TERMINAL_BLOCKED && c->t.flow != TERMINAL_ASIDE) || !pacing_closed(&c->t.pace) ||
	    now < c->t.pace.until)
		return;
	if (c->t.flow == TERMINAL_BLOCKED || pacing_allow(&c->t.pace, 1))
		on_output(c, POLLOUT);
	/* Nothing could be written, but the link moves. */
	if (pacing_moved(&c->t.pace) && pacing_closed(&c->t.pace))
		c->t.since = 0;
}

void
attached_sweep(struct keeper *k)
{
	uint64_t now = clock_now_ms();
	struct client *c;

	for (unsigned i = 0; (c = next_attached(k, &i));) {
		look_again(c, now);
		if (c->reports.until && now >= c->reports.until && c->t.input_at == c->t.input_len)
			attached_release(c);
		if (c->t.dead) {
			struct attach_detached m = { .reason = ATTACH_WHY_DEAD };

			client_send(c, out, attach_encode_detached(ATTACH_DETACHED, &m, out, sizeof out));
			client_give_up(c);
			continue;
		}
		if (c->framed) {
			framed_sweep(c, now);
			continue;
		}
		if (c->t.flow != TERMINAL_BLOCKED)
			continue;
		if (!c->t.since)
			c->t.since = now;
		if (now - c->t.since >= k->init.stall_ms) {
			c->t.flow = TERMINAL_ASIDE;
			c->shown = c->t.offset;
			attached_unanswered(c);
			terminal_paint(&c->t, NULL, 0, k->ring.head);
		}
	}
}
