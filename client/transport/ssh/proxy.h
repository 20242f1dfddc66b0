/* SPDX-License-Identifier: MIT */
/* proxy: the command that ProxyCommand or ProxyJump means, see ssh_config(5). */
#ifndef HOLDFAST_PROXY_H
#define HOLDFAST_PROXY_H

#include <stddef.h>

#include "child.h"
#include "target_state.h"

/* Starts it: 0, or a negative errno, and WHY (CAP bytes) may say more. */
int proxy_start(struct child *child, const struct transport_target *t, char *why, size_t cap);

#endif
