/* SPDX-License-Identifier: MIT */
/*
 * refusal: how a helper, or the leader that the helper became, tells holdfastd that it refused its login.  holdfastd
 * counts refusals, and lets no more lines about them into the log than vouch/refusallog.h says.
 */
#ifndef HOLDFAST_REFUSAL_H
#define HOLDFAST_REFUSAL_H

/* Writes one byte into SLOT, the pipe to holdfastd; a holdfastd that is gone does no harm. */
void refusal_tell(int slot);

#endif
