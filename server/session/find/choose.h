/* SPDX-License-Identifier: MIT */
/*
 * choose: sorts the user's sessions that a login may resume by itself.  The keeper makes the final decision.
 *
 * Candidates are the sessions of the same identity that are dropped or stale (ATTACH_STATE_STALE: probing.h), the latest
 * activity first.  Windows that one outage cut off return together, each to its own session: of these the one with the
 * login's size and TERM goes first.  An outage is as recent as the latest activity in any of its windows, including
 * those that have already returned.  A command on pipes is no candidate.
 *
 * Sessions of other nodes of the pool (remote.h) are sorted among those of this one, by the same rules; where all is
 * equal, this node's go first.  Times are those of the nodes' own clocks.  Of a session that is attached on another node
 * nobody here can ask whether its connection is dead: it is a candidate once that node has said so by itself
 * (poolmsg.h).
 */
#ifndef HOLDFAST_CHOOSE_H
#define HOLDFAST_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "identity.h"
#include "sessions.h"

#define CHOOSE_SLACK_MS 3000    /* between the last sign of one connection and the end of another in one outage */
#define CHOOSE_SPREAD_MS 30000  /* sshd notices that two connections of one outage are dead within this */
#define CHOOSE_BACK_MS 600000   /* windows of one outage return within this */

struct choose_login {
	const struct identity *who;
	const struct identity *former; /* of sessions without a user name; NULL: the same */
	const char *user;     /* NULL or "": unknown */
	uint64_t home_born;   /* as in struct attach_status */
	bool who_known;       /* false: holdfastd did not tell; then each keeper refuses by itself */
	uint32_t rows, cols;  /* of its terminal */
	const char *term;
	uint64_t now_ms;      /* CLOCK_REALTIME */
};

/*
 * Whether S, a session of this uid, belongs to another user than the login: to another name of that uid, or to an older
 * account of the same name.  A login enters such a session only by its number.
 */
bool choose_is_anothers(const struct attach_status *s, const struct choose_login *login);
/* Whether an attached session is a candidate if its connection is dead. */
bool choose_is_live(const struct attach_status *s, const struct choose_login *login);
/* Whether the session S had a window like the login's: the same size and TERM. */
bool choose_is_like(const struct attach_status *s, const struct choose_login *login);
/*
 * Whether probing attached sessions can change the choice: one of them was used after the best dropped one, or is in a
 * window like the login's and the best dropped one is not.
 */
bool choose_wants_probe(const struct session_list *list, const struct choose_login *login);
/* Moves the candidates to the front of LIST, best first; their number, or -ENOMEM. */
int choose_candidates(struct session_list *list, const struct choose_login *login);

#endif
