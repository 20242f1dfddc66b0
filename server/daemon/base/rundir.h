/* SPDX-License-Identifier: MIT */
/* rundir: the directories below HOLDFAST_RUNDIR: made, checked and opened. */
#ifndef HOLDFAST_RUNDIR_H
#define HOLDFAST_RUNDIR_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Makes HOLDFAST_RUNDIR and logins, leaders and sessions below it, and checks existing ones: a directory of root's, no
 * symlink, without further mode bits.  0 or a negative errno, with a line in the log.
 */
int rundir_make(void);
/* Makes the one directory PATH, and checks it: 0 or a negative errno. */
int rundir_make_one(const char *path, mode_t mode);
/*
 * Opens the directory PATH if it is root's and has no mode bits but those in MODE: a descriptor or a negative
 * errno.
 */
int rundir_open(const char *path, mode_t mode);
/*
 * Opens the regular file NAME in DIR for reading if it is root's and has mode 0600; a FIFO is not waited for.  A
 * descriptor; -EPERM: it is another one; or another negative errno.
 */
int rundir_open_file(int dir, const char *name);
/* Whether the program that this process runs has been removed, or replaced. */
bool rundir_program_is_gone(void);
/* Whether holdfast was uninstalled meanwhile: this program and holdfastd's socket do not exist. */
bool rundir_is_left(void);
/*
 * For the end of a session.  Where rundir_is_left(), removes empty directories below HOLDFAST_RUNDIR, and what is there
 * of logins that holdfastd has not seen, so that the last session leaves no file behind.
 */
void rundir_leave(void);

#endif
