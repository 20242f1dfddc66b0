/* SPDX-License-Identifier: MIT */
/*
 * silent: sessions whose keepers do not answer, because they are stopped, hang or hide.  Their leaders say what is
 * known, so that users can list such a session, find it by its name and end it.
 */
#ifndef HOLDFAST_SILENT_H
#define HOLDFAST_SILENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "sessions.h"

/*
 * Adds the silent sessions of LIST, which are UID's, to it, with the state ATTACH_STATE_SILENT, or ATTACH_STATE_PARKED,
 * and their leaders' data: number, name, keeper.  Waits at most TIMEOUT_MS for all of them; if a leader is silent too,
 * only the number is known.  Sessions that have ended meanwhile no longer count as silent.  0 or -ENOMEM.
 */
int silent_add(struct session_list *list, uid_t uid, int timeout_ms);
/* Whether LIST, to which they were added, has a session whose name is unknown. */
bool silent_nameless(const struct session_list *list);
/*
 * Ends session ID of the caller's own by force: SIGKILL to its keeper and to the processes of its shell's
 * session.  Processes in other terminal sessions get SIGHUP, or go on.  0; -ENOENT: no such session; -ENOTSUP: the
 * keeper is unknown.
 */
int silent_kill_own(uint32_t id, int timeout_ms);
/*
 * The same for session ID of UID without a leader to ask: of an older version, or rootless.  Its keeper is the process
 * that listens there (SO_PEERCRED), if that is still a process of UID; else -ENOTSUP.
 */
int silent_kill_leaderless(uid_t uid, uint32_t id);

#endif
