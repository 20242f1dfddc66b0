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
/* Prints why session ID has not done what was asked: RC as from following_begin() and the like.  The exit status. */
int scripting_error(uint32_t id, int rc, const struct attach_refused *refused);

#endif
