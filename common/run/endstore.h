/* SPDX-License-Identifier: MIT */
/*
 * endstore: the records of ends (endrecord.h) on disk, below PATH_STATE.
 *
 *   ends/<uid>            0600, root's: a line for each of a user's last sessions, the latest one last
 *   running/<entry>       the same: one line, of a session that runs; its leader writes it anew now and then, and
 *                         <entry> is the leader's entry in the register (leaderreg.h)
 *   down                  the boot id of the kernel under which holdfastd was stopped last; gone while holdfastd runs
 *
 * Only root may open these directories; a user gets the own records from holdfastd (vouch.h).  A file is replaced as
 * a whole (userfile.h) and bounded: ENDSTORE_MAX records, none older than ENDSTORE_DAYS.
 *
 * DIR is an open descriptor of the directory that the file is in.  All functions return 0 or a negative errno, where
 * nothing else is said.
 */
#ifndef HOLDFAST_ENDSTORE_H
#define HOLDFAST_ENDSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "endrecord.h"

#define ENDSTORE_MAX 64   /* records of one user */
#define ENDSTORE_DAYS 90
#define ENDSTORE_BYTES (ENDSTORE_MAX * ENDRECORD_TEXT)
#define ENDSTORE_LOCK_MS 500 /* how long the lock on a user's records is waited for */

/* Adds R to the records of R->uid, and removes the oldest ones where there are too many. */
int endstore_add(int dir, const struct endrecord *r);
/*
 * The records in DIR/NAME into *V (the caller's to free), oldest first, and their number in *COUNT; damaged lines are
 * left out.  Without a file: none.
 */
int endstore_read(int dir, const char *name, struct endrecord **v, size_t *count);
/* The records in the LEN bytes at TEXT, in the same way. */
int endstore_parse(const char *text, size_t len, struct endrecord **v, size_t *count);
/*
 * The latest record of UID that endwords_matters() and that was not told into *R, and the number of all such ones in
 * *COUNT; marks these as told.  -ENOENT: there is none.  AWAITED says, after all waiting for the disk and the lock,
 * whether somebody still hears it: else nothing is marked, and the result is -ECANCELED.
 */
int endstore_tell(int dir, uid_t uid, bool (*awaited)(int fd), int fd, struct endrecord *r, size_t *count);
/* Writes R as the one line of DIR/NAME. */
int endstore_put(int dir, const char *name, const struct endrecord *r);
/* Reads that: -ENOENT, -EBADMSG. */
int endstore_get(int dir, const char *name, struct endrecord *r);
/* The id of this boot, "" where the kernel does not tell it. */
void endstore_boot(char boot[ENDRECORD_BOOT]);

#endif
