/* SPDX-License-Identifier: MIT */
/*
 * choose: which of the user's sessions a login resumes by itself.  The keeper decides in the end.
 *
 * Those of the same identity that are dropped or stale (ATTACH_STALE: probing.h), the latest activity first.  Windows
 * that one outage has taken come back together, each to its own: among them the one whose size and TERM are the
 * login's goes first.  An outage is as recent as the latest activity in any of its windows, also in those that are back
 * already.  A command on pipes is none of them.
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
#define CHOOSE_BACK_MS 600000   /* windows of one outage come back within this */

struct choose_login {
	const struct identity *who;
	const struct identity *former; /* of sessions that don't say whose they are; NULL: the same */
	const char *user;     /* NULL or "": not known */
	uint64_t home_born;   /* as in struct attach_status */
	bool who_known;       /* false: nobody was there to tell; the keepers, asked one by one, say no */
	uint32_t rows, cols;  /* of its terminal */
	const char *term;
	uint64_t now_ms;      /* CLOCK_REALTIME */
};

/*
 * Whether S, a session of this uid, is another user's than the login: of another name of that uid, or of an account of
 * the same name that was made anew since.  Nobody comes into it without having asked for its number.
 */
bool choose_is_anothers(const struct attach_status *s, const struct choose_login *login);
/* Whether a session that is attached may be this login's, should its connection be dead. */
bool choose_is_live(const struct attach_status *s, const struct choose_login *login);
/*
 * Whether the live ones are worth a look: one of them was used after the best of the dropped ones, or is in a window
 * like the login's, which that one is not.
 */
bool choose_wants_probe(const struct session_list *list, const struct choose_login *login);
/* Reorders LIST so that the sessions to be tried come first, best first; how many they are, or -ENOMEM. */
int choose_candidates(struct session_list *list, const struct choose_login *login);

#endif
