/* SPDX-License-Identifier: MIT */
#include "watched.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>

#include "clock.h"
#include "fd.h"
#include "frame_tty.h"
#include "framed_private.h"
#include "picture_orders.h"
#include "taken.h"
#include "ttyfacts.h"

#define OUTPUT_FREE 2048 /* of 4 KB, behind which the kernel queues output, and in the end has no room for an echo */
#define CONTROL_BUSY 512 /* a client that has not read so much of what it was told waits for more */

struct watched {
	unsigned users;
	unsigned wholes;       /* of them: those that are told of TAKEN, too */
	struct ttyfacts facts;
	uint32_t changes;      /* counts those of FACTS */
	uint64_t looked;       /* the ring's head at the last look, */
	uint32_t looked_fed;   /* and the keeper's FED */
	bool entered;          /* a key was typed that may start another program, … */
	uint64_t quiet_at;     /* … which is looked at then; CLOCK_NEVER */
	struct taken taken;
	uint32_t fed_before;   /* of the keeper, at the last turn */
	uint64_t head_before;
	int reads;             /* an inotify watch for reads of input; -1: there is none */
	bool has_read;
	bool withheld;         /* input was taken where that is not told (is_hidden) */
	bool left;             /* output was, at the last look for what was taken */
};

static bool
applies(const struct keeper *k)
{
	return k->state == KEEPER_RUNNING && k->source->has_terminal && k->slave >= 0;
}

/* Whether output is left in the pty at present: a terminal is behind, or the painter. */
static bool
leaves_output(const struct keeper *k)
{
	return k->slowed || !picture_has_room(k);
}

/* The name of the program in front is read, too, if it was last read NAME_MS ago. */
static void
look_at(struct keeper *k, uint64_t name_ms)
{
	struct watched *w = k->watched;

	w->looked = k->ring.head;
	w->looked_fed = k->fed;
	if (ttyfacts_look(&w->facts, k->master, k->ring.head, clock_now_ms(), name_ms))
		w->changes++;
}

/* NAME: also the program's name, in any case. */
static void
look(struct keeper *k, bool name)
{
	look_at(k, name ? 0 : TTYFACTS_NAME_MS);
}

/* An instance of inotify is one of a user's 128: there is one only while it is needed. */
static void
open_reads(struct keeper *k)
{
	struct watched *w = k->watched;
	char path[32];

	w->reads = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* By descriptor: the terminal's path may be another one where the keeper is. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", k->slave);
	if (w->reads >= 0 && inotify_add_watch(w->reads, path, IN_ACCESS) < 0)
		fd_close(&w->reads);
}

static void
on_reads(void *object, short revents)
{
	struct keeper *k = object;
	char events[1024];

	(void)revents;
	if (!k->watched)
		return;
	while (fd_read(k->watched->reads, events, sizeof events) > 0)
		;
	k->watched->has_read = true;
}

/* How much there is to read from an end of the pty.  Of input in canonical mode only whole lines count. */
static int
unread(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) == 0 ? n : 0;
}

/*
 * FLOWS: there was output in this very turn, so that the pty may be full of it.  The first poll(2) of the slave makes
 * the kernel look at the input, and echo it.  A slave that takes no output has taken no echo either: Ctrl-S has
 * stopped it, or the pty is full.
 */
static struct taken_look
look_at_input(struct keeper *k, bool flows)
{
	struct watched *w = k->watched;
	/* Where only an echo is waited for: there was a look at the output. */
	bool name = w->taken.fresh || clock_now_ms() >= w->taken.due;
	struct pollfd p[2] = { { .fd = k->slave, .events = POLLIN | POLLOUT }, { .fd = k->master, .events = POLLIN } };
	struct taken_look l = { .output_waits = true, .readable = true };
	uint32_t before = w->facts.tty.modes;

	if (poll(p, 2, 0) >= 0) {
		l.readable = p[0].revents & ~POLLOUT;
		l.output_waits = p[1].revents;
	}
	l.unread = unread(k->slave) > 0;
	l.crowded = !(p[0].revents & POLLOUT) || (l.output_waits && (flows || unread(k->master) > OUTPUT_FREE));
	l.left = w->left = leaves_output(k);
	l.head = k->ring.head;
	if (name || w->looked != k->ring.head)
		look(k, name);
	l.canonical = (before & w->facts.tty.modes & FRAME_TTY_ICANON) &&
	              !((before ^ w->facts.tty.modes) & FRAME_TTY_ECHO);
	l.busy = w->facts.state == 'R' || w->facts.state == 'D';
	return l;
}

/* Whether the pty has got all input of PEER, and PEER has not been told that it was taken. */
static bool
is_owed(const struct peer *peer)
{
	const struct framed *f = peer->framed;

	return f && f->watched == FRAME_WATCH_ALL && !peer->t.readonly && f->stream->input > f->taken.input &&
	       !stream_waits(f->stream);
}

static bool
any_owed(const struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (is_owed(peer))
			return true;
	return false;
}

/*
 * A password, presumably: no client shows any of it, and a frame for each of its keys would tell those who watch the
 * line when they were typed.
 */
static bool
is_hidden(const struct watched *w)
{
	return (w->facts.tty.modes & (FRAME_TTY_ICANON | FRAME_TTY_ECHO)) == FRAME_TTY_ICANON;
}

static void
note_taken(struct keeper *k, bool certain)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		struct framed *f = peer->framed;

		if (!is_owed(peer))
			continue;
		f->taken = (struct frame_taken){
			.input = f->stream->input, .output = k->ring.head, .certain = certain
		};
		f->taken_due = true;
	}
}

/* Input is unread: the program may read it without writing anything. */
static void
wait_for_a_read(struct keeper *k, uint64_t now)
{
	open_reads(k);
	if (!unread(k->slave))
		taken_stirred(&k->watched->taken, now);
}

static void
judge(struct keeper *k, uint64_t now, bool flows)
{
	struct watched *w = k->watched;
	struct taken_look l = look_at_input(k, flows);
	enum taken_verdict verdict = taken_judge(&w->taken, &l, now);

	if (verdict != TAKEN_NOT) {
		w->withheld = is_hidden(w);
		if (!w->withheld)
			note_taken(k, verdict == TAKEN_CERTAIN);
	}
	if (w->taken.waits && w->taken.due == CLOCK_NEVER && !l.output_waits && w->reads < 0)
		wait_for_a_read(k, now);
}

/* Nobody asks for more than the modes. */
static void
turn_modes(struct keeper *k, uint64_t now, bool stirred)
{
	struct watched *w = k->watched;

	if (stirred && w->entered) {
		w->quiet_at = now + WATCHED_QUIET_MS;
	} else if (now >= w->quiet_at) {
		w->quiet_at = CLOCK_NEVER;
		w->entered = false;
		look(k, true);
	}
}

void
watched_turn(struct keeper *k)
{
	struct watched *w = k->watched;
	uint64_t now = clock_now_ms();
	bool fed, flows;

	if (!w || !applies(k))
		return;
	fed = k->fed != w->fed_before;
	flows = k->ring.head != w->head_before;
	w->fed_before = k->fed;
	w->head_before = k->ring.head;
	if (!w->wholes) {
		turn_modes(k, now, fed || flows);
		return;
	}
	if (fed && any_owed(k))
		taken_fed(&w->taken, now);
	/* A program that is slow to show what it types again: what it writes may be the answer. */
	else if (flows && w->withheld && !w->taken.waits && any_owed(k))
		taken_again(&w->taken, now);
	else if (flows || w->has_read || (w->left && !leaves_output(k)))
		taken_stirred(&w->taken, now);
	w->has_read = false;
	w->left = w->left && leaves_output(k);
	if (taken_wants_look(&w->taken, now))
		judge(k, now, flows);
	else if (fed)
		look(k, true);
	if (!w->taken.waits)
		fd_close(&w->reads);
}

void
watched_watch(struct keeper *k, struct loop *l)
{
	struct watched *w = k->watched;

	if (!w || !applies(k))
		return;
	if (!w->wholes) {
		loop_until(l, w->quiet_at);
		return;
	}
	/* An attachment's turn has fed input, which the turn before it has not seen. */
	loop_until(l, k->fed == w->fed_before ? w->taken.due : 0);
	loop_add(l, w->reads, POLLIN, on_reads, k);
}

void
watched_look(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct watched *w = k->watched;

	if (!peer->framed->watched || !w || !applies(k))
		return;
	if (!w->wholes && (k->ring.head != w->looked || k->fed != w->looked_fed))
		look_at(k, CLOCK_NEVER);
	else if (w->wholes && k->ring.head != w->looked)
		look(k, false);
}

void
watched_typed(struct peer *peer, const unsigned char *bytes, size_t len)
{
	struct watched *w = peer->keeper->watched;

	for (size_t i = 0; w && peer->framed->watched && !w->entered && i < len; i++)
		w->entered = bytes[i] < ' ';
}

static bool
owes_tty(const struct peer *peer)
{
	return peer->framed->tty_told != peer->keeper->watched->changes;
}

/* Behind the output before it, also where that is in a rendering. */
static bool
owes_taken(const struct framed *f, uint64_t written)
{
	return f->taken_due && !f->skip && written >= f->taken.output;
}

bool
watched_owes(const struct peer *peer, uint64_t written)
{
	const struct framed *f = peer->framed;

	return f->watched && !f->exit_sent && f->control_len <= CONTROL_BUSY &&
	       (owes_tty(peer) || owes_taken(f, written));
}

int
watched_frame(struct peer *peer, uint64_t written, unsigned char *out, size_t cap)
{
	struct framed *f = peer->framed;
	const struct watched *w = peer->keeper->watched;

	if (!watched_owes(peer, written))
		return 0;
	if (owes_tty(peer)) {
		f->tty_told = w->changes;
		return frame_put_tty(&w->facts.tty, out, cap);
	}
	f->taken_due = false;
	return frame_put_taken(&f->taken, out, cap);
}

/* Whether there is somebody to look for. */
static bool
begin(struct keeper *k)
{
	struct watched *w = k->watched;

	if (!w) {
		w = k->watched = calloc(1, sizeof *w);
		if (!w)
			return false;
		w->reads = -1;
		w->fed_before = k->fed;
		w->head_before = k->ring.head;
		w->quiet_at = CLOCK_NEVER;
		taken_begin(&w->taken);
		look(k, true);
	}
	w->users++;
	return true;
}

/* PEER asks for WHAT from now on. */
static void
note(struct peer *peer, enum frame_watch what)
{
	struct framed *f = peer->framed;
	struct watched *w = peer->keeper->watched;

	w->wholes -= f->watched == FRAME_WATCH_ALL;
	w->wholes += what == FRAME_WATCH_ALL;
	f->watched = what;
	if (!w->wholes) {
		fd_close(&w->reads);
		taken_begin(&w->taken);
	}
}

void
watched_leave(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	if (!peer->framed || !peer->framed->watched)
		return;
	note(peer, FRAME_WATCH_NOT);
	if (--k->watched->users)
		return;
	free(k->watched);
	k->watched = NULL;
}

void
watched_set(struct peer *peer, enum frame_watch what)
{
	struct framed *f = peer->framed;
	struct keeper *k = peer->keeper;
	uint64_t now = clock_now_ms();
	enum frame_watch before = f->watched;

	/* One that asks again is told how it is now; for the same at most once in a millisecond. */
	if (what && before && applies(k) && (what != before || now != k->watched->facts.named_at))
		look(k, true);
	if (!what) {
		watched_leave(peer);
	} else if (applies(k) && (before || begin(k))) {
		note(peer, what);
		if (what == FRAME_WATCH_ALL && before != FRAME_WATCH_ALL) {
			f->taken = (struct frame_taken){ 0 };
			f->taken_due = false;
			/* What was typed before. */
			if (is_owed(peer))
				taken_fed(&k->watched->taken, now);
		}
	}
	f->stream->watched = f->watched;
	if (f->watched)
		f->tty_told = k->watched->changes - 1;
}
