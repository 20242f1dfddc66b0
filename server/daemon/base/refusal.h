/* SPDX-License-Identifier: MIT */
/*
 * refusal: what a helper, or the leader that the helper became, tells holdfastd of its login, by bytes in a pipe. 
 * holdfastd counts refusals, and lets no more lines about them into the log than vouch/refusallog.h says.  The end of
 * the pipe without REFUSAL_DONE is that of a process that was killed.
 *
 * A holdfastd that is gone does no harm to any of these.  A signal handler may call them.
 */
#ifndef HOLDFAST_REFUSAL_H
#define HOLDFAST_REFUSAL_H

enum refusal_byte { REFUSAL_REFUSED = 'r', REFUSAL_LATE = 'l', REFUSAL_DONE = 'd' };

/* SLOT's login was refused. */
void refusal_tell(int slot);
/* The login has been told that it is too late (progress.h); holdfastd writes that down, for this process hangs. */
void refusal_late(int slot);
/* The helper has done its work, or its session has started: before SLOT is closed. */
void refusal_done(int slot);

#endif
