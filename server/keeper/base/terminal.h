/* SPDX-License-Identifier: MIT */
/*
 * terminal: one attached terminal (or pair of pipes), read and written without blocking.
 *
 * Output comes from the ring at the terminal's own offset, after a rendering, if there is one.  A terminal that does
 * not accept output is BLOCKED.  After StallTimeout its keeper sets it ASIDE, and it no longer delays the program:
 * when it accepts output again, it gets the screen painted anew instead of old bytes.  While the painter makes that,
 * it is WAITING. BLOCKED and ASIDE may also mean that its connection has enough to move (pacing.h).
 */
#ifndef HOLDFAST_TERMINAL_H
#define HOLDFAST_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "keys.h"
#include "pacing.h"
#include "termreports.h"
#include "themereports.h"
#include "ring.h"
#include "vital.h"

#define TERMINAL_INPUT 4096

enum terminal_flow { TERMINAL_FLOWING, TERMINAL_BLOCKED, TERMINAL_ASIDE, TERMINAL_WAITING };

struct terminal {
	int in, out;           /* owned; the same number for a tty */
	bool pipes;
	bool readonly;         /* input is thrown away */
	bool raw;              /* SAVED is to be restored */
	bool input_ended;      /* pipes only: end of file, output goes on */
	bool dead;             /* hung up: its peer is marked in this turn */
	bool known;            /* SAVED is there before terminal_start: what the keeper had which has died */
	struct termios saved, set; /* as it was, and as terminal_start has made it */
	struct winsize size;   /* 0 rows: unknown */
	uint64_t offset;       /* the next byte of the ring to be written */
	unsigned char *paint;  /* to be written before that; malloc'ed */
	size_t paint_len, paint_at;
	enum terminal_flow flow;
	struct pacing pace;    /* of its connection */
	struct vital *vital;   /* borrowed: the session's memory … */
	uint64_t *shown;       /* … and where in it OFFSET + 1 is, while that is what it has got (awaited.h); NULL: nowhere */
	uint32_t place;        /* of SHOWN */
	uint64_t since;        /* BLOCKED: since when (clock_now_ms); 0: since this turn */
	/* Read, and not yet taken by the pty. */
	unsigned char input[TERMINAL_INPUT + THEMEREPORTS_HELD + TERMREPORTS_HELD];
	size_t input_len, input_at;
	struct keys keys;      /* the same in the session's memory */
};

/*
 * Takes over COUNT descriptors: one, a terminal opened for reading and writing, or two, for input and output.  They
 * are made non-blocking.  0; -ENOTTY, -EINVAL (not open for reading and writing) or another negative errno, in which
 * case they are still the caller's.
 */
int terminal_open(struct terminal *t, const int *fds, unsigned count);
/* Raw mode (a tty only), remembering the settings to be restored.  0 or a negative errno. */
int terminal_start(struct terminal *t);
/* The terminal is /dev/pts/N: N + 1; else 0. */
uint32_t terminal_pts(const struct terminal *t);
/* Reads the size of the terminal anew; whether it changed.  Pipes have the size they were given. */
bool terminal_update_size(struct terminal *t);
/* BYTES (malloc'ed, taken over; may be NULL) come before the ring's bytes from OFFSET on. */
void terminal_paint(struct terminal *t, unsigned char *bytes, size_t len, uint64_t offset);
/* The terminal has got all output before t->offset. */
void terminal_stands(struct terminal *t);
/* Writes as much as the terminal accepts.  t->flow or t->dead tell the result. */
void terminal_push(struct terminal *t, const struct ring *r);
/* Whether there is anything left to write. */
bool terminal_behind(const struct terminal *t, const struct ring *r);
/* Fills the empty input buffer; the number of bytes, 0 when there are none.  May set dead or input_ended. */
size_t terminal_read(struct terminal *t);
/*
 * Restores the settings, unless another process has changed them since, and closes.  Takes one that was never opened
 * (all zero with in and out -1).
 */
void terminal_close(struct terminal *t);

#endif
