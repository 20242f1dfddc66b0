/* SPDX-License-Identifier: MIT */
/*
 * frame_tty: the frames by which a client learns what the terminal on the host does with keys: WATCH, TTY and TAKEN
 * of docs/PROTOCOL.md (section 10).  A client sends WATCH only where ATTACHED has named FRAME_PREDICT_FEATURE.
 */
#ifndef HOLDFAST_FRAME_TTY_H
#define HOLDFAST_FRAME_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"

/* The modes of a terminal (termios(3)), with numbers of our own: those of systems differ. */
enum frame_tty_mode {
	FRAME_TTY_ICANON = 1u << 0,
	FRAME_TTY_ECHO = 1u << 1,
	FRAME_TTY_ECHOE = 1u << 2,
	FRAME_TTY_ECHOK = 1u << 3,
	FRAME_TTY_ECHOKE = 1u << 4,
	FRAME_TTY_ECHOCTL = 1u << 5,
	FRAME_TTY_ECHOPRT = 1u << 6,
	FRAME_TTY_ECHONL = 1u << 7,
	FRAME_TTY_IEXTEN = 1u << 8,
	FRAME_TTY_ISIG = 1u << 9,
	FRAME_TTY_ICRNL = 1u << 10,
	FRAME_TTY_INLCR = 1u << 11,
	FRAME_TTY_IGNCR = 1u << 12,
	FRAME_TTY_IUTF8 = 1u << 13,
	FRAME_TTY_OPOST = 1u << 14,
	FRAME_TTY_ONLCR = 1u << 15,
	FRAME_TTY_IXON = 1u << 16,
	FRAME_TTY_XTABS = 1u << 17,
	FRAME_TTY_ISTRIP = 1u << 18,
	FRAME_TTY_IUCLC = 1u << 19,
};

/* The places of struct frame_tty's cc. */
enum frame_tty_cc {
	FRAME_TTY_VINTR,
	FRAME_TTY_VQUIT,
	FRAME_TTY_VERASE,
	FRAME_TTY_VKILL,
	FRAME_TTY_VEOF,
	FRAME_TTY_VEOL,
	FRAME_TTY_VEOL2,
	FRAME_TTY_VWERASE,
	FRAME_TTY_VLNEXT,
	FRAME_TTY_VREPRINT,
	FRAME_TTY_VSUSP,
	FRAME_TTY_VSTART,
	FRAME_TTY_VSTOP,
	FRAME_TTY_CC,
};

/* What WATCH asks for; the last one only of a host that has named FRAME_WATCH_MODES_FEATURE. */
enum frame_watch {
	FRAME_WATCH_NOT = 0,
	FRAME_WATCH_ALL = 1,   /* TTY and TAKEN */
	FRAME_WATCH_MODES = 2, /* TTY alone, where the host has something to send anyway */
};

struct frame_tty {
	uint64_t output;                /* from this offset of the output on, as far as the host knows */
	uint32_t modes;                 /* enum frame_tty_mode; a later version may say more of them */
	unsigned char cc[FRAME_TTY_CC]; /* control characters, 0: disabled */
	uint32_t front;                 /* the process group in front; 0: unknown */
	char program[NAME_CAP];         /* its leader's name; "": unknown */
};

struct frame_taken {
	uint64_t input;  /* all input of this stream before this has been read by a program that sleeps again, … */
	uint64_t output; /* … and what it wrote ends here */
	bool certain;    /* that is known, and not only likely */
};

/* Encoders and decoders as in frame.h. */
int frame_put_watch(enum frame_watch what, unsigned char *out, size_t cap);
int frame_get_watch(enum frame_watch *what, const unsigned char *body, size_t len);
int frame_put_tty(const struct frame_tty *m, unsigned char *out, size_t cap);
int frame_get_tty(struct frame_tty *m, const unsigned char *body, size_t len);
int frame_put_taken(const struct frame_taken *m, unsigned char *out, size_t cap);
int frame_get_taken(struct frame_taken *m, const unsigned char *body, size_t len);

#endif
