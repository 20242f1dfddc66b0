/* SPDX-License-Identifier: MIT */
/*
 * sessions: finds a user's held sessions and talks to their keepers (common/messages/attach.h).
 *
 * The sessions are in /run/holdfast/sessions/<uid>, in directories and behind sockets of root's (common/run/sessiondir.h), so
 * that no other process of the user can pose as a keeper; those of older keepers in /run/holdfast/users/<uid>; and
 * rootless ones where rootless.h says.  Safe for root looking into a user's directory: no symlink is followed below
 * <uid>.
 *
 * A connection that succeeds does not prove a live keeper, because a leader holds the listening sockets too: every
 * wait has a limit.
 */
#ifndef HOLDFAST_SESSIONS_H
#define HOLDFAST_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach.h"

struct session_list {
	struct attach_status *v; /* in the order of their ids */
	size_t count;
	size_t silent; /* keepers that did not answer: stopped, or this process is in a sandbox */
	uint32_t *silent_ids; /* their ids, as far as memory allowed; leaderctl.h tells more */
	size_t silent_known;
};

#define SESSION_LIST_NONE { NULL, 0, 0, NULL, 0 }

/* Sessions that have been asked for their status. */
struct session_asking {
	struct session_asked *v;
	size_t count;
	int rc;
};

/*
 * The two halves of session_list_get, so that several users' keepers are asked side by side: asks, and waits until
 * DEADLINE_MS (clock_now_ms).  OWN: also the user's rootless sessions, in the home directory; for root this is a
 * directory that another user controls, on a server that may not answer.  The second half frees what the first has
 * made.
 */
void session_list_ask(struct session_asking *a, uid_t uid, bool own);
int session_list_take(struct session_asking *a, uint64_t deadline_ms, struct session_list *list);
/*
 * Asks all of UID's keepers for their status, in parallel, for at most TIMEOUT_MS milliseconds together.  keeper_pid
 * is the kernel's; sessions in a home directory are included only if UID is the caller's.  Directories of the caller's
 * dead keepers (no process listens) are removed. 0 (also for no session), -EACCES, -ENOMEM …; free with
 * session_list_free.
 */
int session_list_get(uid_t uid, int timeout_ms, struct session_list *list);
void session_list_free(struct session_list *list);
/* The session that WORD ("3", or a name) means: 0, -ENOENT, or -ENOTUNIQ: two have that name. */
int session_list_find(const struct session_list *list, const char *word, const struct attach_status **found);

/* Connects to the keeper of UID's session ID: a SOCK_SEQPACKET descriptor (CLOEXEC, blocking), or a negative errno. */
int session_connect(uid_t uid, uint32_t id);
/* Connects to the leader of UID's session ID (leaderctl.h), as above. */
int session_connect_leader(uid_t uid, uint32_t id);
/*
 * Sends one message and waits at most TIMEOUT_MS for one answer: its length in REPLY, or a negative errno
 * (-ETIMEDOUT, -EPIPE when the keeper closed).
 */
int session_ask(int fd, const void *msg, size_t len, void *reply, size_t cap, int timeout_ms);

#endif
