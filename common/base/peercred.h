/* SPDX-License-Identifier: MIT */
/* peercred: which process is at the other end of a unix socket: who connected, or who called listen(2) (unix(7)). */
#ifndef HOLDFAST_PEERCRED_H
#define HOLDFAST_PEERCRED_H

#include <sys/socket.h>

/* SO_PEERCRED of CONN in *CRED: 0 or a negative errno.  The pid is 0 for a process outside of our pid namespace. */
int peercred_get(int conn, struct ucred *cred);

#endif
