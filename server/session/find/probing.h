/* SPDX-License-Identifier: MIT */
/* probing: asks keepers whether the connections of their sessions are still there (PROBE of common/attach.h). */
#ifndef HOLDFAST_PROBING_H
#define HOLDFAST_PROBING_H

#include <sys/types.h>

#include "choose.h"
#include "sessions.h"
#include "waiting.h"

#define PROBING_MS 1200 /* for all of them together */

/*
 * Asks about all live ones in LIST that may be LOGIN's, side by side.  Those whose connections are proven dead become
 * ATTACH_STALE, with the time that something was heard last in lost_heard_ms; the others stay what they were.  0, or
 * -EINTR.
 */
int probing_run(uid_t uid, struct session_list *list, const struct choose_login *login, struct waiting *w);

#endif
