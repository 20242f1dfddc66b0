/* SPDX-License-Identifier: MIT */
/* weakcrypto: the warning of a key exchange that a quantum computer may break, WarnWeakCrypto of ssh_config(5). */
#ifndef HOLDFAST_WEAKCRYPTO_H
#define HOLDFAST_WEAKCRYPTO_H

#include <libssh/libssh.h>

#include "target_state.h"
#include "transport.h"

/*
 * SESSION has exchanged its keys with TARGET.  Says the warning by ASKING, on the first connection, where the
 * configuration has a post-quantum exchange and the one used is none; nothing is returned, and nothing refused.
 */
void weakcrypto_warn(ssh_session session, const struct transport_target *target, const struct transport_asking *asking);

#endif
