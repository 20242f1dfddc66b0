/* SPDX-License-Identifier: MIT */
#include "leader_utmp.h"

#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "ptsorder.h"

/* Whether A is to stand there rather than B. */
static bool
is_better(const struct vouched_one *a, const struct vouched_one *b)
{
	if (!b || a->pipes != b->pipes)
		return !b || a->pipes;
	return a->since_ms >= b->since_ms;
}

/* The attachment whose entry should stand there, or NULL.  One without a terminal of sshd's has no entry to move. */
static struct vouched_one *
choose(const struct leader *l)
{
	struct vouched_one *best = NULL;

	for (unsigned i = 0; i < ATTACHMENTS_MAX && l->attachments.v[i]; i++) {
		struct vouched_one *a = l->attachments.v[i];

		if (a->attached && (a->pipes || a->has_pts) && is_better(a, best))
			best = a;
	}
	return best;
}

/* Whether no entry stands there now. */
static bool
take_out(struct leader *l)
{
	struct leader_utmp *u = &l->utmp;

	if (u->serial)
		u->in = !(u->pipes ? utmprec_logout(l->tty, getpid()) : utmprec_move_back(l->tty, &u->moved));
	if (!u->in)
		u->serial = 0;
	return !u->serial;
}

/* A keeper that reports attachments in a loop must neither fill the disk nor keep utmp locked. */
static bool
put_in(struct leader *l, const struct vouched_one *a)
{
	uint64_t now = clock_now_ms();

	if (a->pipes)
		return ratelimit_take(&l->records, now) &&
		       utmprec_login(l->tty, l->audit.uid, getpid(), l->audit.user, a->address);
	return ratelimit_take(&l->moves, now) &&
	       utmprec_move(l->tty, l->audit.uid, a->sshd, a->pts, &l->utmp.moved);
}

/* The same for a who(1) that guesses the terminals of logins. */
static void
order(struct leader *l, const struct vouched_one *a)
{
	struct leader_utmp *u = &l->utmp;
	char other[sizeof "/dev/pts/4294967295"];

	if (u->ordered == (a ? a->serial : 0) || utmprec_exists())
		return;
	if (u->ordered)
		ptsorder_last(l->tty, l->audit.uid);
	u->ordered = a ? a->serial : 0;
	if (!a)
		return;
	snprintf(other, sizeof other, "/dev/pts/%u", a->pts);
	ptsorder_first(l->tty, a->pipes ? NULL : other, l->audit.uid);
}

/* Replaces the entry by A's, or by none. */
static void
show(struct leader *l, const struct vouched_one *a)
{
	struct leader_utmp *u = &l->utmp;

	order(l, a);
	if ((a && u->serial == a->serial) || !take_out(l) || !a || !put_in(l, a))
		return;
	u->in = true;
	u->serial = a->serial;
	u->pipes = a->pipes;
}

void
leader_utmp_update(struct leader *l)
{
	show(l, choose(l));
}

void
leader_utmp_expect(struct leader *l, const struct vouched_one *a)
{
	if (a->has_pts)
		show(l, a);
}

void
leader_utmp_leave(struct leader *l)
{
	order(l, NULL);
	take_out(l);
}
