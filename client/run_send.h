/* SPDX-License-Identifier: MIT */
/* run_send: what the host is told over the link of the session; nothing while there is none. */
#ifndef HOLDFAST_RUN_SEND_H
#define HOLDFAST_RUN_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "run_state.h"

/* Input that is kept and not sent yet, as far as there is room. */
void run_pump(struct run *r);
/* Has the host draw the screen anew, if it is no longer as the host has drawn it. */
void run_repair(struct run *r);
/* The size of the terminal, unless the host knows it (KNOWN, may be NULL). */
void run_send_size(struct run *r, const struct frame_size *known);
/* A signal for what runs there, by its name without SIG. */
void run_send_signal(struct run *r, const char *name);
/* False: nobody is there to be told. */
bool run_send_detach(struct run *r);
/* How much output has been passed on, when that is due; IDLE: nothing more waits to be read. */
void run_ack(struct run *r, uint64_t now, bool idle);

#endif
