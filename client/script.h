/* SPDX-License-Identifier: MIT */
/*
 * script: `holdfast --print NAME host`, --peek, --send, --tail and --wait: works a session on a host without being
 * attached to it, by SCRIPT of docs/PROTOCOL.md.  holdfastctl(1) on the host does the work, and its exit status is
 * ours.
 */
#ifndef HOLDFAST_SCRIPT_H
#define HOLDFAST_SCRIPT_H

#include "asking.h"
#include "options.h"

/* The exit status. */
int script_run(const struct options *o, struct transport_target *target, struct asking *asking);

#endif
