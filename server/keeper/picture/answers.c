/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "input.h"
#include "peers.h"
#include "procstat.h"

#define PATIENCE_MS 250 /* for a program to switch off line mode after it has asked */
#define RETRY_MS 2
#define SETTLE_MS 12    /* asleep all that time: it waits, and has not just paused on its way out */
#define UNREAD_MAX 2048 /* a program that has left this much unread is not reading; and a write is never cut short */

int
answers_open(struct keeper *k)
{
	k->answers = calloc(1, sizeof *k->answers);
	return k->answers ? 0 : -ENOMEM;
}

void
answers_close(struct keeper *k)
{
	free(k->answers);
	k->answers = NULL;
}

static int
unread(const struct keeper *k)
{
	int n = 0;

	return k->slave >= 0 && ioctl(k->slave, FIONREAD, &n) == 0 ? n : 0;
}

static bool
reads_keys(const struct keeper *k)
{
	struct termios t;

	return k->slave >= 0 && tcgetattr(k->slave, &t) == 0 && !(t.c_lflag & ICANON);
}

/*
 * A program that waits for an answer sleeps.  One that is about to exit does not: a shell would get it.  A leader may
 * go first, but then a process is left in the group; an empty one is in front only until the shell has taken its
 * place.
 */
static bool
asker_sleeps(const struct keeper *k)
{
	struct procstat ps;

	if (procstat_read(k->front.group, &ps) == 0)
		return ps.state == 'S';
	return kill(-k->front.group, 0) == 0 || errno == EPERM;
}

/* Whether the program that asked has been asleep at every look for SETTLE_MS. */
static bool
asker_has_settled(struct keeper *k, uint64_t now)
{
	struct answers *t = k->answers;

	if (!reads_keys(k) || !asker_sleeps(k)) {
		t->asleep_at = 0;
		return false;
	}
	if (!t->asleep_at)
		t->asleep_at = now;
	return now - t->asleep_at >= SETTLE_MS;
}

/* Whether the program that asked is still in front. */
static bool
asker_waits(const struct keeper *k)
{
	return k->state == KEEPER_RUNNING && k->answers->epoch == k->front.epoch && !k->front.back &&
	       k->front.group > 0 && tcgetpgrp(k->master) == k->front.group && !input_waits(k);
}

static void
try_now(struct keeper *k, uint64_t now)
{
	struct answers *t = k->answers;

	if (!asker_waits(k) || unread(k) > UNREAD_MAX) {
		t->len = 0;
	} else if (asker_has_settled(k, now)) {
		k->fed_ms = now;
		if (fd_write(k->master, t->held, t->len) > 0)
			t->typed = true;
		k->fed++;
		t->len = 0;
	} else if (now >= t->until) {
		t->len = 0;
	} else {
		t->next = now + RETRY_MS;
	}
}

void
answers_take(struct keeper *k, uint32_t epoch, const unsigned char *p, size_t len)
{
	struct answers *t = k->answers;
	uint64_t now = clock_now_ms();

	if (epoch != k->front.epoch)
		return;
	if (!t->len || t->epoch != epoch) {
		t->len = 0;
		t->asleep_at = 0;
		t->epoch = epoch;
		t->until = now + PATIENCE_MS;
	}
	if (len > sizeof t->held - t->len)
		return;
	t->len += grammar_filter(&t->rate, now, p, len, t->held + t->len);
	if (t->len)
		try_now(k, now);
}

void
answers_front_changed(struct keeper *k)
{
	struct answers *t = k->answers;

	t->len = 0;
	/* While no terminal can type, all unread input is ours. */
	if (t->typed && k->front.back && !peers_listen(k) && unread(k))
		tcflush(k->slave, TCIFLUSH);
	t->typed = false;
}

void
answers_watch(const struct keeper *k, struct loop *l)
{
	if (k->answers->len)
		loop_until(l, k->answers->next);
}

void
answers_turn(struct keeper *k)
{
	uint64_t now;

	if (k->answers->len && (now = clock_now_ms()) >= k->answers->next)
		try_now(k, now);
}
