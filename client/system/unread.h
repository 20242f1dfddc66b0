/* SPDX-License-Identifier: MIT */
/* unread: what the process at the other end of a local socket has not read yet. */
#ifndef HOLDFAST_UNREAD_H
#define HOLDFAST_UNREAD_H

/*
 * How much of what was written to the unix stream FD still waits there, in bytes of the kernel's memory; -1 where the
 * system does not tell.
 */
long unread(int fd);

#endif
