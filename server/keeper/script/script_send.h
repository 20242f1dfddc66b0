/* SPDX-License-Identifier: MIT */
/* script_send: types what a script sends (SEND of attach_script.h). */
#ifndef HOLDFAST_SCRIPT_SEND_H
#define HOLDFAST_SCRIPT_SEND_H

#include "peers.h"

/* PEER sends the message MSG. */
void script_send(struct peer *peer, const unsigned char *msg, size_t len);
/*
 * Types as much as the pty takes, and answers when that is all, when it has taken too long, or when the shell has
 * ended.
 */
void script_send_turn(struct peer *peer);
/* PEER goes. */
void script_send_leave(struct peer *peer);

#endif
