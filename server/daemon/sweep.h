/* SPDX-License-Identifier: MIT */
/* sweep: what dead processes have left behind below HOLDFAST_RUNDIR.  Run in a process of its own. */
#ifndef HOLDFAST_SWEEP_H
#define HOLDFAST_SWEEP_H

/*
 * Removes records of logins whose sshd is gone, unfinished or damaged ones older than a minute, and the entries of
 * dead leaders.
 */
void sweep_run(void);

#endif
