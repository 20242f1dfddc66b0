/* SPDX-License-Identifier: MIT */
/* script_quiet: what the session does in this moment (QUIET of attach_script.h). */
#ifndef HOLDFAST_SCRIPT_QUIET_H
#define HOLDFAST_SCRIPT_QUIET_H

#include "peers.h"

/* PEER sends the message MSG. */
void script_quiet(struct peer *peer, const unsigned char *msg, size_t len);

#endif
