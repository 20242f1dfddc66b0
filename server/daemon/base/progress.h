/* SPDX-License-Identifier: MIT */
/*
 * progress: how far a helper, or the leader that it becomes, has come with its login, in memory that it shares with
 * holdfastd: so holdfastd can say what a helper was doing that was killed, or that hangs.
 *
 * The one that hangs may be a PAM module or the name service, which nobody can get this process out of.  So a timer
 * says it: at the login's time limit its handler sends the login the refusal that was made ready for the step, and
 * holdfastd a byte (slotpipe.h).
 */
#ifndef HOLDFAST_PROGRESS_H
#define HOLDFAST_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

enum progress_step {
	PROGRESS_BEGINS = 0,
	PROGRESS_ACCOUNT,
	PROGRESS_CALLER,
	PROGRESS_POLICY,
	PROGRESS_REGISTER,
	PROGRESS_SURROUNDINGS,
	PROGRESS_TERMINAL,
	PROGRESS_PAM_START,
	PROGRESS_PAM_ACCOUNT,
	PROGRESS_GROUPS,
	PROGRESS_PAM_CREDENTIALS,
	PROGRESS_PAM_SESSION,
	PROGRESS_DIRECTORY,
	PROGRESS_KEEPER,
	PROGRESS_STEPS
};

struct progress {
	uint32_t step;              /* enum progress_step */
	uint32_t from;              /* enum vouch_from */
	char user[USER_CAP];        /* "": unknown yet */
	char address[ADDRESS_CAP];
	char who[WHO_CAP];
};

/* COUNT of them in memory that forks share, all zero; NULL: there is no memory. */
struct progress *progress_table(size_t count);

/*
 * Lets go of the memory, for a process that holdfastd does not look at any more, or that becomes a user: the others'
 * logins are no business of it.  progress_now() stays as it is.
 */
void progress_close(void);

/* For the helper: P (may be NULL) is its own from now on. */
void progress_begin(struct progress *p);
/* Whose login it is. */
void progress_login(const char *user, const char *address, const char *who, uint8_t from);
/* What is done from now on. */
void progress_step(enum progress_step step);
/* The present step. */
uint32_t progress_now(void);
/*
 * In MS milliseconds, unless progress_disarm() comes before: the login on CONN is told that the present step takes too
 * long, and holdfastd on SLOT the same.  Both stay the caller's.
 */
void progress_arm(int conn, int slot, uint32_t ms);
void progress_disarm(void);
/* Whether that login has been told so: the refusal is written down already, and this process makes no second one. */
bool progress_has_told(void);

/* "pam_open_session", "the name service": what STEP waits for. */
const char *progress_words(uint32_t step);

#endif
