/* SPDX-License-Identifier: MIT */
/*
 * departures: lets go of marked peers (peer_mark_gone): closes their connection and their terminal, and tells the
 * leader; when the last attachment goes, the session is dropped.  The loop does this once a turn, after the
 * handlers.  Code that needs the session without the marked peers does it at once: before each request, and while a
 * claim is confirmed.  Attachments that are awaited from a keeper that has died (awaited.h) go in the same way.
 */
#ifndef HOLDFAST_DEPARTURES_H
#define HOLDFAST_DEPARTURES_H

#include "attach.h"
#include "state.h"

void departures_sweep(struct keeper *k);
/* All attachments but EXCEPT (which may be NULL), and those that are awaited, are detached and let go. */
void departures_detach_all(struct keeper *k, const struct peer *except, enum attach_reason why);
/* Once a turn: lets those go that are awaited and have not come in time. */
void departures_awaited(struct keeper *k);
/* At the end of a turn: frees the peers that have been let go.  No pointer to one of them may be in use. */
void departures_free(struct keeper *k);

#endif
