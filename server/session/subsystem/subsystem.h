/* SPDX-License-Identifier: MIT */
/*
 * subsystem: the subsystem without a terminal, for a client that speaks docs/PROTOCOL.md, or a user or a script on a
 * pipe. The first byte tells which.  Frames are read one by one, and no byte beyond ATTACH: the bytes behind it are
 * for the session's keeper, which gets the pipes.
 */
#ifndef HOLDFAST_SUBSYSTEM_H
#define HOLDFAST_SUBSYSTEM_H

#include "enter.h"

/* Serves Q->in and Q->out to the end, for the login and request Q.  Returns the exit status. */
int subsystem_run(struct enter_request *q);

#endif
