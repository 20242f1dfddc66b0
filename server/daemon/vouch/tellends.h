/* SPDX-License-Identifier: MIT */
/*
 * tellends: a person who has lost a session is told so once, at the next login (endstore.h).  The records are on a disk
 * that may be full, slow, or frozen (fsfreeze(8)), and no login waits for one: a process of its own reads them, and
 * notes that they were told; where it needs longer than TELLENDS_MS, the next login is told.  There is one such process
 * of a user at a time.
 */
#ifndef HOLDFAST_TELLENDS_H
#define HOLDFAST_TELLENDS_H

#include <sys/types.h>

#define TELLENDS_MS 200
#define TELLENDS_SECONDS 30 /* that process is ended then, unless its disk holds it */

/* Sends TOLD over CONN, to a login of UID's, if there is something to tell. */
void tellends_run(int conn, uid_t uid);

#endif
