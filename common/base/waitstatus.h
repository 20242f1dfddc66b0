/* SPDX-License-Identifier: MIT */
/* waitstatus: what wait(2) tells of a process, in words. */
#ifndef HOLDFAST_WAITSTATUS_H
#define HOLDFAST_WAITSTATUS_H

#define WAITSTATUS_CAP 64

/* "exited with status 3", "was killed by SIGKILL". */
void waitstatus_words(int status, char out[WAITSTATUS_CAP]);

#endif
