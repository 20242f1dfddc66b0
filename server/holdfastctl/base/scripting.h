/* SPDX-License-Identifier: MIT */
/* scripting: what the commands for scripts (send, print, tail, wait) have in common. */
#ifndef HOLDFAST_SCRIPTING_H
#define HOLDFAST_SCRIPTING_H

#include "ctl.h"

/*
 * The session that WORD means.  REQUIRED: WORD must be there, else the caller's own session will do.  CTL_OK, or the
 * exit status after an error that it has printed.
 */
int scripting_target(const struct ctl_command *self, const char *word, bool required, struct attach_status *found);
/*
 * Root looks at another user's session (EVENT "peek"), or types into it ("send"), by the subcommand WHAT: writes that
 * event (rootevent.h), before it is done.  For anybody else, and for root's own sessions, it does nothing.
 */
void scripting_note(const struct attach_status *s, const char *event, const char *what);
/* Prints why session ID has not done what was asked: RC as from following_begin() and the like.  The exit status. */
int scripting_error(uint32_t id, int rc, const struct attach_refused *refused);
/* The same where session ID has ended, and its last MISSING bytes of output are not to be had (FOLLOWING_GAP, last). */
int scripting_cut(uint32_t id, uint64_t missing);

#endif
