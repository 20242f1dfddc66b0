/* SPDX-License-Identifier: MIT */
/* pty: the pseudo terminal of a new session. */
#ifndef HOLDFAST_PTY_H
#define HOLDFAST_PTY_H

#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"

struct pty {
	int master, slave; /* owned; -1 while there is none */
	char name[TTY_CAP];
};

#define PTY_NONE { -1, -1, "" }

/* Opens one with ROWS and COLS (0: 24 and 80), sane settings and UTF-8 editing: 0 or a negative errno. */
int pty_open(struct pty *p, uint16_t rows, uint16_t cols, uint16_t xpixel, uint16_t ypixel);
/*
 * Gives the slave to UID with mode 0620 of group tty, or 0600 where there is no such group: 0 or a negative errno.
 */
int pty_give(const struct pty *p, uid_t uid);
/* Closes what is open. */
void pty_close(struct pty *p);

#endif
