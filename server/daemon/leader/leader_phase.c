/* SPDX-License-Identifier: MIT */
#include "leader_phase.h"

#include <signal.h>

#include "clock.h"
#include "fd.h"
#include "leadermsg.h"
#include "progress.h"
#include "reply.h"

#define UNDO_MS 5000   /* a keeper that is to go and has not started anything */

bool
leader_phase_started(const struct leader *l)
{
	return l->state == LEADER_RUNNING || l->state == LEADER_ENDING;
}

void
leader_phase_enter(struct leader *l, enum leader_state state, uint64_t timeout_ms)
{
	l->state = state;
	l->deadline_ms = timeout_ms ? clock_now_ms() + timeout_ms : 0;
}

void
leader_phase_kill(struct leader *l)
{
	/* Until it has been waited for, the number is its own. */
	if (l->pid && !l->killed)
		kill(l->pid, SIGKILL);
	l->killed = true;
	l->deadline_ms = 0;
}

/* Nothing of the user's has run: the keeper is to go, and is made to if it doesn't. */
void
leader_phase_undo(struct leader *l)
{
	const unsigned char message = LEADERMSG_ABORT;

	/* Before READY the login can be told; after it, it sees us close. */
	if (l->state == LEADER_WAIT_READY && l->conn >= 0 && !progress_has_told())
		reply_refuse(l->conn, VOUCH_TROUBLE, "cannot start the session's keeper");
	fd_close(&l->conn);
	if (l->keeper < 0 || reply_bytes(l->keeper, &message, 1))
		leader_phase_kill(l);
	else
		leader_phase_enter(l, LEADER_UNDOING, UNDO_MS);
	l->state = LEADER_UNDOING;
}
