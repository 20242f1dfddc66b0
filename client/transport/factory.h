/* SPDX-License-Identifier: MIT */
/* factory: decides which transport carries the bytes, and makes it. */
#ifndef HOLDFAST_FACTORY_H
#define HOLDFAST_FACTORY_H

#include <stdbool.h>

#include "transport.h"

/*
 * The transport for TARGET: libssh, or the command when the target asks for one (-e) or when libssh can't do what the
 * configuration demands (which is said once through ASKING).  NULL: out of memory.
 */
struct transport *transport_new(struct transport_target *target, const struct transport_asking *asking);
/*
 * Whether T has ended because libssh cannot agree with the host on what ssh can, or because nobody knows whether it
 * can.  Then the next transport of the target is ssh, which is said once; the first of these is remembered for a day.
 */
bool transport_turns_to_ssh(struct transport *t);

#endif
