/* SPDX-License-Identifier: MIT */
/* enter_why: the message to a login that left a session or entered none. */
#ifndef HOLDFAST_ENTER_WHY_H
#define HOLDFAST_ENTER_WHY_H

#include "enter_private.h"

/* TEXT is escaped. */
void enter_set_outcome(struct enter *e, enum enter_outcome outcome, const char *text);
/* Says on the terminal that the user has lost a session, if that is so and has not been said. */
void enter_say_told(struct enter *e);
/* Says why the login entered no session, from a negative errno: to the user, and to a framed client. */
void enter_say_why(struct enter *e, int rc);

#endif
