/* SPDX-License-Identifier: MIT */
/*
 * subsystem: the subsystem where there is no terminal: a client that speaks docs/PROTOCOL.md, or a person or a
 * script on a pipe.  The first byte tells which.  Frames are read one by one, and not a byte beyond ATTACH: what
 * is behind it is for the session's keeper, which gets the pipes.
 */
#ifndef HOLDFAST_SUBSYSTEM_H
#define HOLDFAST_SUBSYSTEM_H

#include "enter.h"

/* Serves Q->in and Q->out until it is over; Q says who this is, and what a person wants.  The exit status. */
int subsystem_run(struct enter_request *q);

#endif
