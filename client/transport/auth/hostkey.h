/* SPDX-License-Identifier: MIT */
/* hostkey: whether the host at the other end is the one it should be. */
#ifndef HOLDFAST_HOSTKEY_H
#define HOLDFAST_HOSTKEY_H

#include <stdbool.h>
#include <stddef.h>

#include <libssh/libssh.h>

#include "target_state.h"
#include "transport.h"

/*
 * Asks, warns and remembers as ssh does, by StrictHostKeyChecking.  0: go on; *WEAK: the key is a wrong one and
 * was accepted all the same, so no password may be sent; -EACCES: refused, WHY (CAP bytes) is one line; -ECANCELED;
 * -ENOTTY.
 */
int hostkey_check(ssh_session session, struct transport_target *t, const char *address,
                  const struct transport_asking *asking, bool *weak, char *why, size_t cap);

/*
 * The algorithms to offer, those whose keys are known for the host first, for SSH_OPTIONS_HOSTKEYS; NULL: out of
 * memory, or the library's own order.
 */
char *hostkey_algorithms(const struct sshconfig *c);

#endif
