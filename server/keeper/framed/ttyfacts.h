/* SPDX-License-Identifier: MIT */
/* ttyfacts: what a pty does with keys: its modes, and the program in front, as TTY says them (frame_tty.h). */
#ifndef HOLDFAST_TTYFACTS_H
#define HOLDFAST_TTYFACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "frame_tty.h"

#define TTYFACTS_NAME_MS 100 /* a program may become another one in its process: its name is read anew that often */

struct ttyfacts {
	struct frame_tty tty; /* OUTPUT: where the keeper's output was as it last changed */
	char state;           /* of the program in front, as its name was read (proc(5)); 0: unknown, or hidden */
	uint64_t named_at;    /* clock_now_ms() then; 0: never */
};

/* The modes and control characters of T into M. */
void ttyfacts_modes(struct frame_tty *m, const struct termios *t);
/*
 * Looks at MASTER, whose output has come to HEAD.  Whether anything has changed.  The program's name and state are read
 * where something else has changed, and NAME_MS after they were last.
 */
bool ttyfacts_look(struct ttyfacts *f, int master, uint64_t head, uint64_t now, uint64_t name_ms);

#endif
