/* SPDX-License-Identifier: MIT */
/*
 * line: what the kernel of the host echoes to typed bytes: Linux's n_tty, byte for byte.
 *
 * Erasing goes by the kernel's own rules, not by what a terminal shows: a character of UTF-8 (with IUTF8) is one
 * column, even where it is shown in two.  A tab is erased by columns that only the kernel knows, unless there is
 * another tab before it: then the echo is not known, and line_key() says so.
 */
#ifndef HOLDFAST_PREDICT_LINE_H
#define HOLDFAST_PREDICT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_tty.h"

#define LINE_MAX_BYTES 1024 /* a longer line is not followed */
#define LINE_ECHO 8192      /* the longest echo of one byte: the erasing of a line of control characters */

struct line {
	uint32_t modes;
	unsigned char cc[FRAME_TTY_CC];
	bool unknown;   /* what is in the line is not known, until it ends */
	bool next;      /* the next byte is taken literally */
	bool erasing;   /* ECHOPRT: within \ and / */
	bool stopped;   /* by VSTOP */
	int column, canon; /* the kernel's column, and the one at which the line began; -1: not known */
	unsigned n;
	unsigned char bytes[LINE_MAX_BYTES];
};

enum line_end {
	LINE_GOES_ON,
	LINE_ENDS,    /* the program gets the line */
	LINE_SIGNALS, /* the program gets a signal, and the line is gone */
	LINE_STOPS,   /* output stops or goes on */
};

struct line_echo {
	bool known;        /* BYTES are what the kernel writes */
	enum line_end end;
	unsigned n;
	unsigned char bytes[LINE_ECHO];
};

/* A terminal with these modes, in which nothing has been typed.  COLUMN: the kernel's, or -1. */
void line_begin(struct line *l, const struct frame_tty *tty, int column);
/* The modes are others now; what is in the line stays, unless ICANON changes. */
void line_modes(struct line *l, const struct frame_tty *tty);
/* What is in the line is not known any more, until it ends. */
void line_lose(struct line *l);
/* C has been typed: its echo. */
void line_key(struct line *l, unsigned char c, struct line_echo *echo);

#endif
