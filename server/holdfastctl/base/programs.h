/* SPDX-License-Identifier: MIT */
/*
 * programs: whether the processes of a session run the programs that are installed now.  A keeper goes on in the
 * installed one when it is asked (holdfastctl upgrade); a leader stays on its own until its session ends.
 */
#ifndef HOLDFAST_PROGRAMS_H
#define HOLDFAST_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach.h"
#include "leaderctl.h"

#define PROGRAMS_MS 2000 /* for the leaders of all sessions */

enum programs_age {
	PROGRAMS_UNKNOWN, /* there is no such process, or it does not answer */
	PROGRAMS_CURRENT,
	PROGRAMS_OLD,     /* another build, or another version, than the installed one */
};

struct programs {
	enum programs_age keeper, leader;
	struct leaderctl_version leader_is; /* "": its version does not say */
};

/* How many sessions' keepers and leaders run an older program. */
struct programs_count {
	size_t sessions, keepers, leaders;
};

/* The keeper that has said S. */
enum programs_age programs_keeper(const struct attach_status *s);
/* Both; asks the leader of UID's session for at most TIMEOUT_MS. */
void programs_of(uid_t uid, const struct attach_status *s, int timeout_ms, struct programs *p);
/* The same until DEADLINE_MS (clock_now_ms()): leaders that hang cost no more than this together. */
void programs_until(uid_t uid, const struct attach_status *s, uint64_t deadline_ms, struct programs *p);
void programs_add(struct programs_count *c, const struct programs *p);

#endif
