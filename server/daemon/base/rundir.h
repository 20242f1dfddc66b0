/* SPDX-License-Identifier: MIT */
/* rundir: the directories below HOLDFAST_RUNDIR: made, checked and opened. */
#ifndef HOLDFAST_RUNDIR_H
#define HOLDFAST_RUNDIR_H

#include <sys/types.h>

/*
 * Makes HOLDFAST_RUNDIR and logins, leaders and sessions below it, and checks those that are there already: a
 * directory, no symlink, root's, and no mode bit more than ours.  0 or a negative errno, with a line in the log.
 */
int rundir_make(void);
/*
 * Opens the directory PATH if it is root's and has no mode bits but those in MODE: a descriptor or a negative
 * errno.
 */
int rundir_open(const char *path, mode_t mode);
/*
 * A session has ended.  If holdfast was removed meanwhile (our program and holdfastd's socket are gone), what is empty
 * below HOLDFAST_RUNDIR goes too, so that the last session leaves nothing behind.
 */
void rundir_leave(void);

#endif
