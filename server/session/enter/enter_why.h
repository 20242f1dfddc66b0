/* SPDX-License-Identifier: MIT */
/* enter_why: what a login is told when it is out of a session, or did not get into one. */
#ifndef HOLDFAST_ENTER_WHY_H
#define HOLDFAST_ENTER_WHY_H

#include "enter_private.h"

/* TEXT is escaped. */
void enter_set_outcome(struct enter *e, enum enter_outcome outcome, const char *text);
/* Why nothing was entered, from a negative errno: for the person, and for a framed client. */
void enter_say_why(struct enter *e, int rc);

#endif
