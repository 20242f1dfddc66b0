/* SPDX-License-Identifier: MIT */
/* sweep: removes files of dead processes below HOLDFAST_RUNDIR.  Run it in a process of its own. */
#ifndef HOLDFAST_SWEEP_H
#define HOLDFAST_SWEEP_H

#include <stdint.h>

/*
 * Removes records of logins whose sshd has ended, unfinished or damaged ones older than a minute, and the entries of
 * dead leaders; writes down logins that have never asked (unasked.h, for STOPPED too).
 */
void sweep_run(uint64_t stopped);

#endif
