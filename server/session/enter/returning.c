/* SPDX-License-Identifier: MIT */
#include "returning.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "attaching.h"
#include "clock.h"
#include "ends.h"

#define RETURN_MS 10000 /* in all; a new keeper answers within a tenth of a second, where there is no back-off */
#define ABSENT_MS 500   /* root's directories were removed, and the leader makes them anew */
#define RECORD_MS 1000  /* for the record of the end */
#define PAUSE_MS 50     /* between two claims */
#define DEATHS_MAX 3    /* so many keepers die under our claims: more would only make the leader start more of them */

static int
claim(struct enter *e, uint32_t id, uint32_t mode)
{
	e->claim.mode = mode;
	return attaching_claim(&e->at, id, &e->claim, e->fds, e->fd_count, &e->waiting);
}

static bool
is_stranger(const struct enter *e, int rc)
{
	return rc == -EACCES && (e->at.refused.code == ATTACH_REFUSAL_STRANGER || e->at.refused.code == ATTACH_REFUSAL_BAD);
}

/*
 * The keeper knows nothing of this attachment.  It takes the terminal's settings for the old ones, so they are, for
 * that moment.  The session is claimed as the one that it was: new, if its shell has not started yet.
 */
static int
claim_anew(struct enter *e, uint32_t id, uint32_t mode)
{
	int rc = -EACCES;

	if (e->have_saved)
		tcsetattr(e->fds[0], TCSANOW, &e->saved);
	e->claim.flags |= ATTACH_FLAG_QUIET;
	if (mode == ATTACH_MODE_FIRST)
		rc = claim(e, id, ATTACH_MODE_FIRST);
	return rc == -EACCES ? claim(e, id, ATTACH_MODE_JOIN) : rc;
}

/*
 * Whether another claim may bring more than RC, at SINCE after the loss.  A connection that is closed: the next keeper
 * has died, too, or the leader has parked the session; DEATHS counts them.
 */
static bool
may_pass(int rc, uint64_t since, unsigned *deaths)
{
	switch (rc) {
	case -EPIPE:
		return ++*deaths <= DEATHS_MAX && since < RETURN_MS;
	case -EAGAIN:    /* many wait for it */
	case -ETIMEDOUT: /* it is not there yet, or stopped */
	case -EINTR:     /* a signal that is for the program in the session */
		return since < RETURN_MS;
	case -ENOENT:
	case -ENOTDIR:
		return since < ABSENT_MS;
	default:
		return false;
	}
}

/* The words of root's record of session ID, which has ended since E entered it: whether there is one. */
static bool
find_end(const struct enter *e, uint32_t id, char text[TEXT_CAP])
{
	uint64_t until = clock_now_ms() + RECORD_MS;
	int rc;

	/* The leader writes it when it has seen the end itself. */
	while ((rc = ends_line(id, clock_date_ms() - e->entered_ms, text)) == -ENOENT && clock_now_ms() < until)
		poll(NULL, 0, PAUSE_MS);
	return rc == 0;
}

static void
say_lost(const struct enter *e, uint32_t id, int rc, char text[TEXT_CAP])
{
	if (rc == -EACCES)
		snprintf(text, TEXT_CAP, "the keeper of session %u died; %.300s", id, e->at.refused.text);
	else if (rc == -EPIPE)
		snprintf(text, TEXT_CAP, "the keepers of session %u die one after the other; its programs run on; to return: "
		         "holdfastctl attach %u", id, id);
	else if (rc == -ETIMEDOUT || rc == -EAGAIN)
		snprintf(text, TEXT_CAP, "the keeper of session %u died, and no other one answers; to return: "
		         "holdfastctl attach %u", id, id);
	else if (!find_end(e, id, text))
		snprintf(text, TEXT_CAP, "session %u has ended, and its keeper could not say how", id);
}

int
returning_claim(struct enter *e, char text[TEXT_CAP])
{
	static const unsigned char none[ATTACH_TOKEN];
	const uint32_t id = e->at.session, mode = e->claim.mode;
	const uint64_t start = clock_now_ms();
	unsigned deaths = 0;
	bool known = memcmp(e->at.token, none, sizeof none) != 0;
	int rc = known ? -EAGAIN : -ENOENT;

	memcpy(e->claim.token, e->at.token, sizeof e->claim.token);
	for (unsigned tries = 0; known && (!tries || may_pass(rc, clock_now_ms() - start, &deaths)); tries++) {
		if (tries)
			poll(NULL, 0, PAUSE_MS);
		e->waiting.skip = false;
		waiting_take(&e->waiting);
		if (e->waiting.hangup)
			return -EINTR;
		e->waiting.skip = false;
		rc = claim(e, id, ATTACH_MODE_AGAIN);
		if (is_stranger(e, rc) && !e->q->framed)
			rc = claim_anew(e, id, mode);
	}
	e->at.session = id;
	/* Nothing was lost but time: stay.c. */
	if (rc < 0 && (!e->starting || e->anew))
		say_lost(e, id, rc, text);
	return rc;
}
