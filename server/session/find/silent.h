/* SPDX-License-Identifier: MIT */
/*
 * silent: sessions whose keepers give no answer, because they are stopped, hang or want nobody to see them.  Their
 * leaders say what is known, so that such a session is listed, found by its name and ended.
 */
#ifndef HOLDFAST_SILENT_H
#define HOLDFAST_SILENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "sessions.h"

/*
 * Adds the silent sessions of LIST, which are UID's, to it, with the state ATTACH_SILENT and what their leaders say: number,
 * name, keeper.  Waits at most TIMEOUT_MS for all of them; of one whose leader is silent too, only the number is known.
 * Those that have ended meanwhile are not counted as silent any more.  0 or -ENOMEM.
 */
int silent_add(struct session_list *list, uid_t uid, int timeout_ms);
/* Whether there is a session in LIST, to which they were added, that may have any name. */
bool silent_nameless(const struct session_list *list);
/*
 * Ends session ID of the caller's own by force: SIGKILL to its keeper and to the processes of its shell's session.  What
 * they have started in sessions of their own gets the hang-up, or goes on.  0; -ENOENT: no such session;
 * -ENOTSUP: nobody says who its keeper is.
 */
int silent_kill_own(uint32_t id, int timeout_ms);
/*
 * The same for session ID of UID, which has no leader to be asked: of the version before, or of a user alone.  Its keeper
 * is who listens there (SO_PEERCRED), if that is a process of UID's still; else -ENOTSUP.
 */
int silent_kill_leaderless(uid_t uid, uint32_t id);

#endif
