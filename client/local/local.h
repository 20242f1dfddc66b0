/* SPDX-License-Identifier: MIT */
/*
 * local: the terminal that the person sits at: raw mode and its end, size, suspension.  There is one; its settings
 * are put back however the program ends, except by SIGKILL.
 */
#ifndef HOLDFAST_LOCAL_H
#define HOLDFAST_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "frame.h"

/* Finds the terminal: FD is standard input if that is one.  -ENOTTY: there is none. */
int local_open(int fd);
bool local_is_terminal(void);
/*
 * As read(2) of the terminal, but never blocks (EAGAIN): a child that asks a question may have read the bytes that
 * poll(2) announced.
 */
ssize_t local_read(void *buf, size_t cap);
/* 0 or a negative errno. */
int local_raw(void);
/* Puts the settings back; harmless when they are. */
void local_cooked(void);
bool local_is_raw(void);
/*
 * In raw mode: lends the terminal to a child that asks, lines at a time and without echo, and lends it again where the
 * child has put back settings that it read before; or takes it back.  Whether anything was done.
 */
bool local_lend(bool lend);
/* The size of the terminal; all 0 when there is none or it does not know. */
void local_size(struct frame_size *size);
/* Stops this process group as Ctrl-Z does, with the settings put back; returns when it goes on, RAW as before. */
void local_suspend(void);
/*
 * Modes of the terminal that a program at the other end may have left on: what resets them.  ALTERNATE: its screen
 * is on.
 */
const char *local_reset(bool alternate);
bool local_utf8(void);

#endif
