/* SPDX-License-Identifier: MIT */
/* forward_listen: the local ends of -L and -D, which stay over reconnects. */
#ifndef HOLDFAST_FORWARD_LISTEN_H
#define HOLDFAST_FORWARD_LISTEN_H

#include <stddef.h>

#include "forward.h"
#include "sshconfig.h"

/*
 * Listens for -L and -D.  One that can't be is said in WHY (CAP bytes), and the others are tried all the same:
 * their number; or a negative errno when at least one failed.
 */
int forwards_listen(struct forwards *fs, const struct sshconfig *c, char *why, size_t cap);
void forwards_close(struct forwards *fs);

#endif
