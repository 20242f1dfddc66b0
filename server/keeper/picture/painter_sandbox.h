/* SPDX-License-Identifier: MIT */
/* painter_sandbox: takes everything from the painter that it does not need. */
#ifndef HOLDFAST_PAINTER_SANDBOX_H
#define HOLDFAST_PAINTER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* Whether painter_confine can succeed here.  If not, there is no painter: nothing parses what programs print. */
bool painter_can_be_confined(void);
/*
 * For a process that was just forked.  FD, its socket, becomes descriptor 0 and all others are closed; the MAPPED
 * bytes at BASE become read-only; no core, no files, no processes, bounded memory; it dies with its parent.  From
 * then on read, write, exit and getting and giving back memory are the only system calls: any other kills it
 * (seccomp(2), SECCOMP_RET_KILL_PROCESS).  0 or a negative errno: then it must not go on.
 */
int painter_confine(int fd, void *base, size_t mapped);

#endif
