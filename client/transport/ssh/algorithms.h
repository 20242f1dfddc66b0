/* SPDX-License-Identifier: MIT */
/* algorithms: whether libssh can agree with a host on what ssh would agree to. */
#ifndef HOLDFAST_ALGORITHMS_H
#define HOLDFAST_ALGORITHMS_H

#include <stdbool.h>
#include <stddef.h>

#include "kexinit.h"
#include "sshconfig.h"

/*
 * True: ssh, with C, and the host that offers K have a key exchange, a cipher, a MAC or an algorithm of host keys in
 * common where libssh and that host have none; or a key exchange that withstands a quantum computer, and libssh none
 * such.  WHY (CAP bytes) names the algorithm.  What this libssh knows is asked of it: 0.12 has more than 0.10.
 */
bool algorithms_need_ssh(const struct sshconfig *c, const struct kexinit *k, char *why, size_t cap);

#endif
