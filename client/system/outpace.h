/* SPDX-License-Identifier: MIT */
/*
 * outpace: how much is written at once to a terminal that is itself at the end of an ssh connection, so that what is
 * typed there is not answered behind all that sshd and the kernel take in (common/process/pacing.h).  There is one such
 * terminal at most.
 */
#ifndef HOLDFAST_OUTPACE_H
#define HOLDFAST_OUTPACE_H

#include <stddef.h>
#include <stdint.h>

/* FD is paced, if it is the terminal of the login that this process belongs to (SSH_TTY, SSH_CONNECTION). */
void outpace_begin(int fd);
/* How many of LEN bytes may be written now; 0: outpace_until() says when to ask again. */
size_t outpace_allow(size_t len);
/* So many have been. */
void outpace_wrote(size_t len);
/* In the milliseconds of clock.h; 0: at any time. */
uint64_t outpace_until(void);

#endif
