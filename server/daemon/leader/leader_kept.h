/* SPDX-License-Identifier: MIT */
/*
 * leader_kept: writes into the register that the session has ended, and whether it is kept for a client that is away, or
 * for processes that follow its output (register.h): such sessions do not count against MaxSessions.
 */
#ifndef HOLDFAST_LEADER_KEPT_H
#define HOLDFAST_LEADER_KEPT_H

struct leader;

/* Once a turn. */
void leader_kept_note(struct leader *l);

#endif
