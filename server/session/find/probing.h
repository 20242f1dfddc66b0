/* SPDX-License-Identifier: MIT */
/* probing: asks keepers whether the connections of their sessions are alive (PROBE of common/messages/attach.h). */
#ifndef HOLDFAST_PROBING_H
#define HOLDFAST_PROBING_H

#include <sys/types.h>

#include "choose.h"
#include "sessions.h"
#include "waiting.h"

#define PROBING_MS 1200 /* for all of them together */

/*
 * Asks about all attached candidates for LOGIN in LIST, side by side.  Sessions whose connections are proven dead
 * become ATTACH_STATE_STALE, with the last sign of life in lost_heard_ms; the others stay unchanged.  0, or -EINTR.
 */
int probing_run(uid_t uid, struct session_list *list, const struct choose_login *login, struct waiting *w);
/*
 * The same for *S alone, whoever asks: so its keeper knows whether it may be claimed.  S may have been dropped
 * meanwhile.
 */
int probing_one(uid_t uid, struct attach_status *s, struct waiting *w);

#endif
