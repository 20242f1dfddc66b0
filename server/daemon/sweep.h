/* SPDX-License-Identifier: MIT */
/* sweep: removes files of dead processes below HOLDFAST_RUNDIR.  Run it in a process of its own. */
#ifndef HOLDFAST_SWEEP_H
#define HOLDFAST_SWEEP_H

/*
 * Removes records of logins whose sshd has ended, unfinished or damaged ones older than a minute, and the entries of
 * dead leaders.
 */
void sweep_run(void);

#endif
