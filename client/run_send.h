/* SPDX-License-Identifier: MIT */
/* run_send: frames to the host over the link of the session.  Without a link these functions do nothing. */
#ifndef HOLDFAST_RUN_SEND_H
#define HOLDFAST_RUN_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "run_state.h"

/* Sends kept input that has not been sent yet, as far as there is room. */
void run_pump(struct run *r);
/* Has the host draw the screen anew, if it is no longer as the host has drawn it. */
void run_repair(struct run *r);
/* Sends the size of the terminal, unless KNOWN (may be NULL) is the same. */
void run_send_size(struct run *r, const struct frame_size *known);
/* Sends a signal, by its name without SIG, to the program at the other end. */
void run_send_signal(struct run *r, const char *name);
/* Asks the host to detach us; false: there is no link. */
bool run_send_detach(struct run *r);
/* Acknowledges the output that was passed on, when that is due; IDLE: no more frames wait to be read. */
void run_ack(struct run *r, uint64_t now, bool idle);

#endif
