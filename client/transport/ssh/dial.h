/* SPDX-License-Identifier: MIT */
/*
 * dial: a TCP connection to the host of a configuration; the first of its addresses that answers is taken (RFC 8305,
 * simplified).
 *
 * It waits, so it runs in a thread of its own; it ends at once when CANCEL becomes readable, also in the middle of a
 * look-up.
 */
#ifndef HOLDFAST_DIAL_H
#define HOLDFAST_DIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

/*
 * The non-blocking socket, with ADDRESS (CAP bytes) the host's; or -ECANCELED, or another negative errno with WHY
 * (WHY_CAP bytes) for the person; -ENOENT: there is no such host.
 */
int dial(const struct sshconfig *c, int cancel, char *address, size_t cap, char *why, size_t why_cap);
/* Whether this machine no longer has the address that FD is connected from; false for -1 and sockets without one. */
bool dial_moved(int fd);

#endif
