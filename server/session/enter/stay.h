/* SPDX-License-Identifier: MIT */
/* stay: a login in its session, from the confirmed claim until it leaves. */
#ifndef HOLDFAST_STAY_H
#define HOLDFAST_STAY_H

#include <stdbool.h>

#include "enter_private.h"

/*
 * Confirms the claim that E was granted, and waits for the end; then E->res says how it came.  Returns to a session
 * whose keeper died (returning.h).  True: another session is to be entered, E->want, or that one anew.
 */
bool stay_run(struct enter *e);

#endif
