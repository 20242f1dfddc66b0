/* SPDX-License-Identifier: MIT */
/*
 * endsweep: the records of sessions that run no more, and whose leaders could not say so (endstore.h): the host has
 * gone down, or the leader was killed.
 */
#ifndef HOLDFAST_ENDSWEEP_H
#define HOLDFAST_ENDSWEEP_H

#include <stdint.h>

#include "endrecord.h"

/* Ends the record of each session whose leader is dead; removes records that are too old. */
void endsweep_run(void);
/*
 * holdfastd ends, or starts: whether it was stopped before the host went down tells a shutdown from a crash.  Up
 * returns when it was stopped since the boot, in clock ticks, as the start of a process (procstat.h); 0: it was not.
 */
void endsweep_down(void);
uint64_t endsweep_up(void);
/*
 * Ends R, the record of a session whose leader is dead: NOW is the id of this boot, DOWN that of the boot under which
 * holdfastd was stopped last, "" if there is none.
 */
void endsweep_end(struct endrecord *r, const char *now, const char *down);

#endif
