/* SPDX-License-Identifier: MIT */
/* recordfile: the files of logins in PATH_LOGINS, as the module makes them.  Each returns a negative errno for trouble. */
#ifndef HOLDFAST_RECORDFILE_H
#define HOLDFAST_RECORDFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "unseen.h"

/* The directory of records, if it is as holdfastd makes it: a descriptor; else *WHAT is wrong. */
int recordfile_open_logins(const char **what);
/* Makes the file NAME in DIR of the LEN bytes at TEXT, with another name until it is whole: 0. */
int recordfile_write(int dir, const char *name, const char *text, size_t len);
/*
 * The file NAME in DIR becomes one of USER's unseen ones (unseen.h), in a place that is free, else in that of another
 * one of KIND: 0.
 */
int recordfile_leave(int dir, const char *name, enum unseen kind, const char *user);
/* Whether holdfastd runs, as far as it has said which process it is (counters.h); also if it is not known. */
bool recordfile_daemon_lives(void);

#endif
