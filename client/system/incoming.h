/* SPDX-License-Identifier: MIT */
/*
 * incoming: whether the connection is still there by which the person has come to this host, where the client belongs
 * to a login of an sshd here (common/process/tcpprobe.h).  There is one such connection.  Nothing is looked at before
 * incoming_begin(), nor after the verdict.
 */
#ifndef HOLDFAST_INCOMING_H
#define HOLDFAST_INCOMING_H

#include <stdbool.h>
#include <stdint.h>

#include "frame_line.h"

/* FD is the login's terminal (SSH_TTY), or PIPE: one of its pipes; else the connection is unknown. */
void incoming_open(int fd, bool pipe);
/*
 * Begins to look; nothing, while one is looked at.  true: nothing is under way, so the caller has to send something
 * over the connection, or to say that it can't (incoming_mute).
 */
bool incoming_begin(void);
void incoming_mute(void);
/* When incoming_verdict() has something to do (clock_now_ms()); CLOCK_NEVER. */
uint64_t incoming_due(void);
/* Looks, if that is due at NOW.  true, once for each incoming_begin(): *M is the verdict. */
bool incoming_verdict(struct frame_line *m, uint64_t now);

#endif
