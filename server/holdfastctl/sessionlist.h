/* SPDX-License-Identifier: MIT */
/* sessionlist: the held sessions of one user or, for root, of all. */
#ifndef HOLDFAST_SESSIONLIST_H
#define HOLDFAST_SESSIONLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "sessions.h"

struct sessionlist_session {
	uid_t uid;
	struct attach_status status;
};

struct sessionlist {
	struct sessionlist_session *v; /* by uid, then by id */
	size_t count;
	size_t silent;         /* keepers that did not answer */
	size_t hidden;         /* EVERYBODY: leaders in holdfastd's register without a known session */
};

/*
 * The sessions of ctl_uid() or, with EVERYBODY, of all users (root only).  CTL_OK, or the exit status after an error
 * that it has printed.  Free with sessionlist_free.
 */
int sessionlist_get(struct sessionlist *a, bool everybody);
/*
 * The same for everybody, in about MS milliseconds, whatever keepers and leaders do: what has not answered by then is
 * silent.
 */
int sessionlist_get_within(struct sessionlist *a, int ms);
void sessionlist_free(struct sessionlist *a);
/*
 * Receives the answer of the keeper at the other end of FD until DEADLINE_MS (clock_now_ms): the type of its message
 * (attach.h); -ETIMEDOUT, -EPIPE, or another negative errno.
 */
int sessionlist_answer(int fd, uint64_t deadline_ms);
/* Whether S is the caller's own session. */
bool sessionlist_is_own(const struct sessionlist_session *s);
/* The name of UID, or its number. */
void sessionlist_user_name(uid_t uid, char name[USER_CAP]);
/* The user of session S: its own name for it if that is a name of its uid, else as above. */
void sessionlist_user_of(const struct sessionlist_session *s, char name[USER_CAP]);

#endif
