/* SPDX-License-Identifier: MIT */
/* enter_missed: which session a login did not resume, and why (notheld.h), when it starts a new one. */
#ifndef HOLDFAST_ENTER_MISSED_H
#define HOLDFAST_ENTER_MISSED_H

#include "choose.h"
#include "enter_private.h"

/*
 * No session of LIST was resumed: notes in *e the one that the login would have wanted most, if any.  The first N are
 * its candidates, of which the first was claimed with the result RC.
 */
void enter_missed_note(struct enter *e, const struct session_list *list, int n, int rc, const struct choose_login *login);
/* A new session has begun: tells holdfastd that, once. */
void enter_missed_say(struct enter *e);

#endif
