/* SPDX-License-Identifier: MIT */
/* leader_messages: acts on the keeper's messages (leadermsg.h), as a table of state and message. */
#ifndef HOLDFAST_LEADER_MESSAGES_H
#define HOLDFAST_LEADER_MESSAGES_H

#include "leader.h"

/* Reads one message; false when there is none (now, or ever again).  One that is not permitted closes the socket. */
bool leader_messages_read(struct leader *l);

#endif
