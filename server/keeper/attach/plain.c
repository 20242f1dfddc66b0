/* SPDX-License-Identifier: MIT */
#include "plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attachments.h"
#include "awaited.h"
#include "clock.h"
#include "controlmode.h"
#include "fallback.h"
#include "fd.h"
#include "oneanswer.h"
#include "picture.h"
#include "picture_replies.h"
#include "probe.h"
#include "redraw.h"
#include "theme.h"
#include "vtscan.h"

#define SCAN_MAX 65536 /* output in which the last sequence's beginning is looked for */
/* Of the lag that is asked about: a terminal is behind from this part of it on. */
#define LAG_PART 16

/* How far PEER's terminal is will be noted. */
static int
plain_begin(struct peer *peer)
{
	struct terminal *t = &peer->t;

	t->shown = awaited_place(peer);
	t->vital = &peer->keeper->vital;
	t->place = peer->place ? peer->place - 1 : 0;
	return 0;
}

void
plain_join(struct peer *peer)
{
	const struct terminal *t = &peer->t;

	plain_begin(peer);
	if (!t->paint && t->flow != TERMINAL_WAITING && t->flow != TERMINAL_ASIDE)
		terminal_stands(&peer->t);
}

/* The keeper that it had has died.  Where the terminal got everything up to a byte it goes on there, as if nothing had. */
static void
greet_again(struct peer *peer, bool quiet)
{
	theme_goes_on(peer);
	if (!peer->shown_known) {
		redraw_screen(peer, REDRAW_BACK, quiet);
		return;
	}
	terminal_stands(&peer->t);
	if (peer->keeper->source->has_terminal)
		picture_attend(peer->keeper);
	terminal_push(&peer->t, &peer->keeper->ring);
}

static void
plain_greet(struct peer *peer, bool is_new, bool quiet)
{
	if (peer->claim.mode == ATTACH_MODE_AGAIN) {
		greet_again(peer, quiet);
	} else if (is_new) {
		terminal_stands(&peer->t);
		theme_listen(peer);
	} else {
		redraw_screen(peer, REDRAW_RESUMED, quiet);
	}
}

static void
plain_free(struct peer *peer)
{
	(void)peer;
}

/* Input. */

/* Writes PEER's input to the pty; bytes that the pty does not take now stay. */
static void
plain_feed(struct peer *peer)
{
	struct terminal *t = &peer->t;

	while (t->input_at < t->input_len) {
		ssize_t n = keys_write(&t->keys, peer->keeper->master, t->input, t->input_at, t->input_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			t->input_at = t->input_len; /* the shell has ended */
			keys_set(&t->keys, t->input, 0, 0);
		}
		if (n <= 0)
			return;
		t->input_at += (size_t)n;
		peer->keeper->typed = true;
		peer->keeper->fed++;
	}
}

/* Takes the terminal's answers to the keeper out of PEER's input.  Whether anything is left. */
static bool
take_theme(struct peer *peer)
{
	static unsigned char left[THEME_ROOM(TERMINAL_INPUT)];
	struct terminal *t = &peer->t;

	if (theme_looks(peer, t->input, t->input_len)) {
		t->input_len = theme_filter(peer, t->input, t->input_len, left);
		memcpy(t->input, left, t->input_len);
		keys_set(&t->keys, t->input, 0, t->input_len);
	}
	return t->input_len > 0;
}

/* Takes reports out of PEER's input where another terminal answers.  Whether it has anything but reports. */
static bool
take_typed(struct peer *peer)
{
	static unsigned char left[ONEANSWER_ROOM(THEME_ROOM(TERMINAL_INPUT))];
	bool is_typed = true;

	if (!take_theme(peer))
		return false;
	if (oneanswer_wanted(peer)) {
		peer->t.input_len = oneanswer_filter(peer, peer->t.input, peer->t.input_len, left, &is_typed);
		memcpy(peer->t.input, left, peer->t.input_len);
		keys_set(&peer->t.keys, peer->t.input, 0, peer->t.input_len);
	}
	return is_typed;
}

/* PEER's input, which is there, goes on. */
static void
typed(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	oneanswer_leads(peer);
	attachments_typed(peer);
	k->activity_ms = clock_date_ms();
	/* Input implies that all earlier output was seen, so earlier queries count as answered. */
	k->answered = k->ring.head;
	plain_feed(peer);
}

static void
plain_type(struct peer *peer, const unsigned char *p, size_t len)
{
	/* Nothing else waits in t.input: input is read, and held back, only while that is empty. */
	memcpy(peer->t.input, p, len);
	peer->t.input_at = 0;
	peer->t.input_len = len;
	keys_set(&peer->t.keys, peer->t.input, 0, len);
	typed(peer);
}

static void
on_input(void *object, short revents)
{
	struct peer *peer = object;

	if (peer->phase != PEER_ATTACHED)
		return;
	if ((revents & POLLIN) && peer->t.input_at == peer->t.input_len && terminal_read(&peer->t)) {
		peer->keeper->heard_ms = clock_date_ms();
		probe_heard(peer);
		if (take_typed(peer))
			typed(peer);
		else
			plain_feed(peer);
	} else if ((revents & (POLLHUP | POLLERR | POLLNVAL)) && !(revents & POLLIN)) {
		/* A pipe's end of file is no hang-up: the other pipe may still have a reader. */
		if (peer->t.pipes)
			peer->t.input_ended = true;
		else
			peer->t.dead = true;
	}
}

/* Takes the keys that send signals out of the input. */
static void
drop_signal_keys(struct terminal *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->input_len; i++)
		if (t->input[i] != 0x03 && t->input[i] != 0x1c && t->input[i] != 0x1a)
			t->input[kept++] = t->input[i];
	t->input_len = kept;
	keys_set(&t->keys, t->input, 0, kept);
}

void
plain_typed_ahead(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (peer->t.pipes || peer->t.input_at < peer->t.input_len || !terminal_read(&peer->t))
			continue;
		if (!take_theme(peer))
			continue;
		drop_signal_keys(&peer->t);
		plain_feed(peer);
	}
}

/* plain_watch() reads more as soon as the pty has taken the input that was read. */
static void
plain_room(struct peer *peer)
{
	(void)peer;
}

/* Output. */

static void
plain_push(struct peer *peer)
{
	terminal_push(&peer->t, &peer->keeper->ring);
}

/*
 * Behind a terminal the kernel and sshd have queues of their own.  What is read beyond that is only copied once more:
 * the program may as well wait, as it does behind a relay that holds nothing (PERFORMANCE.md).
 */
static bool
plain_behind(const struct peer *peer, uint64_t lag)
{
	const struct ring *r = &peer->keeper->ring;

	return lag ? r->head - peer->t.offset > pacing_lag(&peer->t.pace, lag / LAG_PART)
	           : terminal_behind(&peer->t, r);
}

static void
on_output(void *object, short revents)
{
	struct peer *peer = object;

	if (peer->phase != PEER_ATTACHED)
		return;
	if (revents & (POLLERR | POLLHUP | POLLNVAL)) {
		peer->t.dead = true;
	} else if (peer->t.flow == TERMINAL_ASIDE) {
		/* It accepts output again: it gets the screen as it is now instead of the output that it has missed. */
		redraw_screen(peer, REDRAW_AGAIN, peer->quiet);
	}
	plain_push(peer);
}

/* A tty is one descriptor for input and output. */
static void
on_tty(void *object, short revents)
{
	if (revents & (POLLOUT | POLLERR | POLLHUP | POLLNVAL))
		on_output(object, revents & ~POLLIN);
	if (revents & POLLIN)
		on_input(object, revents);
}

static void
plain_watch(struct peer *peer, struct loop *l)
{
	struct keeper *k = peer->keeper;
	struct terminal *t = &peer->t;
	bool listens = k->state == KEEPER_RUNNING && k->quiet_until == CLOCK_NEVER && !controlmode_waits(k);
	short in = listens && t->input_at == t->input_len && !t->input_ended ? POLLIN : 0;
	bool blocked = t->flow == TERMINAL_BLOCKED || t->flow == TERMINAL_ASIDE;
	short want = blocked && !pacing_closed(&t->pace) ? POLLOUT : 0;

	if (t->pipes) {
		if (in)
			loop_add(l, t->in, in, on_input, peer);
		loop_add(l, t->out, want, on_output, peer);
	} else {
		loop_add(l, t->in, in | want, on_tty, peer);
	}
	if (t->flow == TERMINAL_BLOCKED)
		loop_until(l, t->since + k->init.stall_ms);
	if (blocked && pacing_closed(&t->pace))
		loop_until(l, t->pace.until);
}

/* The terminal was held back because its connection had enough to move: looks at the connection again. */
static void
look_again(struct peer *peer, uint64_t now)
{
	struct terminal *t = &peer->t;

	if ((t->flow != TERMINAL_BLOCKED && t->flow != TERMINAL_ASIDE) || !pacing_closed(&t->pace) ||
	    now < t->pace.until)
		return;
	if (t->flow == TERMINAL_BLOCKED || pacing_allow(&t->pace, 1))
		on_output(peer, POLLOUT);
	/* Nothing could be written, but the link moves. */
	if (pacing_moved(&t->pace) && pacing_closed(&t->pace))
		t->since = 0;
}

static void
plain_turn(struct peer *peer, uint64_t now)
{
	struct keeper *k = peer->keeper;
	struct terminal *t = &peer->t;

	look_again(peer, now);
	if (t->dead || t->flow != TERMINAL_BLOCKED)
		return;
	if (!t->since)
		t->since = now;
	if (now - t->since < k->init.stall_ms)
		return;
	t->flow = TERMINAL_ASIDE;
	peer->shown = t->offset;
	attachments_unanswered(peer);
	terminal_paint(t, NULL, 0, k->ring.head);
}

static uint64_t
plain_offset(const struct peer *peer)
{
	return peer->t.offset;
}

static void
plain_expect(struct peer *peer)
{
	peer->t.flow = TERMINAL_WAITING;
	terminal_paint(&peer->t, NULL, 0, peer->keeper->ring.head);
}

static void
plain_rendered(struct peer *peer, unsigned char *bytes, size_t len, bool lossy)
{
	(void)lossy;
	if (peer->why == REDRAW_RESUMED && theme_wants(peer))
		theme_ask(peer, &bytes, &len);
	peer->t.flow = TERMINAL_FLOWING;
	terminal_paint(&peer->t, bytes, len, peer->t.offset);
	plain_push(peer);
}

/* Whether the output that PEER's terminal has got ends between two sequences, and two characters. */
static bool
is_between(const struct peer *peer)
{
	const struct ring *r = &peer->keeper->ring;
	uint64_t from = r->head > SCAN_MAX ? r->head - SCAN_MAX : 0;
	struct vtscan s;

	if (from < ring_oldest(r))
		from = ring_oldest(r);
	vtscan_init(&s, ring_at(r, from), (size_t)(r->head - from));
	return vtscan_ends_between(&s);
}

/* A NUL, which terminals ignore. */
static bool
plain_ping(struct peer *peer)
{
	struct terminal *t = &peer->t;

	/* A pipe gets nothing that the program has not printed. */
	if (t->pipes)
		return false;
	if (t->dead || t->flow != TERMINAL_FLOWING || terminal_behind(t, &peer->keeper->ring) || !is_between(peer))
		return false;
	return fd_write(t->out, "", 1) == 1;
}

static bool
plain_fits_again(struct peer *peer)
{
	/* A screen that is on its way, or comes when the terminal moves again, is as good. */
	if (peer->t.pipes || peer->wish || peer->held || peer->t.flow == TERMINAL_ASIDE)
		return true;
	if (peer->t.dead || peer->t.flow != TERMINAL_FLOWING)
		return false;
	redraw_screen(peer, REDRAW_SCREEN, peer->quiet);
	return true;
}

/* Switches modes off and the main screen on, as far as the terminal accepts output now. */
static void
leave_clean(struct peer *peer)
{
	const struct ring *r = &peer->keeper->ring;
	uint64_t oldest = ring_oldest(r);
	struct fallback f;

	if (peer->t.pipes || peer->t.flow != TERMINAL_FLOWING)
		return;
	if (picture_leave(peer->keeper, &peer->target, &f.bytes, &f.len) < 0 &&
	    fallback_leave(&f, ring_at(r, oldest), (size_t)(r->head - oldest), oldest == 0, &peer->target) < 0)
		return;
	if (fd_write(peer->t.out, f.bytes, f.len) < 0)
		peer->t.dead = true;
	free(f.bytes);
}

static void
plain_detach(struct peer *peer, enum attach_reason why, const char *target)
{
	(void)why;
	(void)target;
	leave_clean(peer);
	terminal_close(&peer->t);
}

/*
 * EXIT tells its holdfast-login (attachments_end).  A program that somebody else has ended had no time to leave its
 * screen.
 */
static void
plain_say_ended(struct peer *peer)
{
	if (peer->keeper->cause[0] && !peer->left)
		leave_clean(peer);
	peer->left = true;
}

static bool
plain_has_heard(const struct peer *peer)
{
	(void)peer;
	return true;
}

const struct attachment_ops plain_ops = {
	.begin = plain_begin,
	.greet = plain_greet,
	.free = plain_free,
	.watch = plain_watch,
	.push = plain_push,
	.behind = plain_behind,
	.turn = plain_turn,
	.type = plain_type,
	.feed = plain_feed,
	.room = plain_room,
	.seen = plain_offset,
	.written = plain_offset,
	.expect = plain_expect,
	.rendered = plain_rendered,
	.ping = plain_ping,
	.fits_again = plain_fits_again,
	.detach = plain_detach,
	.say_ended = plain_say_ended,
	.has_heard = plain_has_heard,
};
