/* SPDX-License-Identifier: MIT */
/*
 * painter_process: starts and ends a session's painter (server/keeper/picture/painter.h), and carries messages to and
 * from it.
 */
#ifndef HOLDFAST_PAINTER_PROCESS_H
#define HOLDFAST_PAINTER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "paint.h"
#include "painter.h"

struct painter_process {
	pid_t pid; /* 0: none */
	int fd;    /* -1: none */
};

#define PAINTER_PROCESS_NONE { 0, -1 }

/* START without its fd.  0 or a negative errno. */
int painter_process_start(struct painter_process *p, struct painter_start *start);
/* Ends it, however it is; takes none. */
void painter_process_end(struct painter_process *p);
/* 0; a negative errno when it does not take it: then it is to be ended. */
int painter_process_send(const struct painter_process *p, const struct paint_order *m);
/*
 * The next message, whose data is valid until the next call: 1; 0 when there is none yet; a negative errno when it
 * is gone or talks nonsense.
 */
int painter_process_receive(const struct painter_process *p, struct paint_reply *m);

#endif
