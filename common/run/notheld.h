/* SPDX-License-Identifier: MIT */
/*
 * notheld: why a login was not held, or got another session than the one it might have had: the causes, their names in
 * the log (why=, holdfast-events(7)), and their words for people, with the line that mends each.
 *
 * A cause below NOTHELD_ROOT travels as a number in a request (VOUCH_OP_SAY): these numbers never change.  It is what a
 * process of the user's says, and nothing else is known of it.  The others are from root processes.
 */
#ifndef HOLDFAST_NOTHELD_H
#define HOLDFAST_NOTHELD_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"

enum notheld {
	/* Of the login shell's hook: one a login. */
	NOTHELD_NO_TERMINAL = 1,
	NOTHELD_REDIRECTED = 2,
	NOTHELD_TERM_DUMB = 3,
	NOTHELD_TERM_UNSET = 4,
	NOTHELD_NO_SIZE = 5,
	NOTHELD_OFF_VARIABLE = 6,
	NOTHELD_OFF_CLIENT = 7,
	NOTHELD_OFF_FILE = 8,
	NOTHELD_FORCED = 9,
	NOTHELD_OTHER_PROGRAM = 10,
	NOTHELD_MODULE = 11,
	NOTHELD_SWITCHED_OFF = 12,
	/* After holdfastd was asked, or could not be. */
	NOTHELD_SKIPPED = 16,     /* from here on there may be several of a login */
	NOTHELD_CRASHED = 17,
	NOTHELD_NO_ANSWER = 18,
	NOTHELD_UNREACHABLE = 19, /* number: errno */
	NOTHELD_NOT_READY = 20,
	NOTHELD_ENVIRONMENT = 21,
	NOTHELD_ENTERING = 22,    /* number: errno */
	NOTHELD_BY_NAME = 23,
	/* Held, in a new session, though a dropped one was there; number: that one. */
	NOTHELD_NEW_OTHER_KEY = 32,
	NOTHELD_NEW_ELEVATED = 33,
	NOTHELD_NEW_SILENT = 34,
	NOTHELD_NEW_LATE = 35,

	NOTHELD_ROOT = 64,        /* from here on what root processes find */
	NOTHELD_UNKNOWN_LOGIN = 64,
	NOTHELD_ANOTHERS_TICKET,
	NOTHELD_NOT_INSIDE,
	NOTHELD_CONFINED,
	NOTHELD_NAMESPACES,
	NOTHELD_NOT_SSHDS,
	NOTHELD_DISABLED,
	NOTHELD_ENABLE_NO,
	NOTHELD_BUSY,
	NOTHELD_CONFIG,
	NOTHELD_BAD_REQUEST,
	NOTHELD_TROUBLE,
	NOTHELD_DRAIN,
	NOTHELD_LIMIT,
	NOTHELD_LIMIT_TOTAL,
	NOTHELD_MAXLOGINS,
	NOTHELD_PAM,
	NOTHELD_LOGIND,
	NOTHELD_PTYS,
	NOTHELD_SPACE,
	NOTHELD_FILES,
	NOTHELD_MEMORY,
	NOTHELD_KEEPER,
	NOTHELD_HELPER_DIED,
	NOTHELD_LOGIN_TIMEOUT,
	NOTHELD_GAVE_UP,
	NOTHELD_AWAY,
	NOTHELD_NO_HOOK,
	NOTHELD_OTHER_KEY,
	NOTHELD_ELEVATED,
	NOTHELD_TAKE_OVER,
	NOTHELD_TICKET,
	NOTHELD_OTHER_SESSION,
	NOTHELD_END
};

/* Whether CAUSE is one that a user's process may say. */
bool notheld_may_be_said(uint32_t cause);
/* Whether the login got a session, and only not the one that was there. */
bool notheld_is_new(uint32_t cause);
/* "term-dumb": its name in the log; "unknown" for a number that is none. */
const char *notheld_name(uint32_t cause);
/* The cause of that name; 0: none of this version's. */
uint32_t notheld_find(const char *name);
/* The name of what NUMBER means with CAUSE, a field of the event: "errno" or "session"; NULL: nothing. */
const char *notheld_number(uint32_t cause);
/*
 * The cause in words, a part of a sentence; with NUMBER, and with WHAT (may be ""): what a root process has found
 * besides.  Printable.
 */
void notheld_words(uint32_t cause, uint32_t number, const char *what, char out[TEXT_CAP]);
/* What mends it, a sentence, or "" where there is nothing to mend. */
const char *notheld_mend(uint32_t cause);

#endif
