/* SPDX-License-Identifier: MIT */
/*
 * source: the two kinds of session: one on a pty (source_pty.h), and a command on pipes (source_pipes.h).  Output
 * comes from the source, and input goes to it.  Each kind is a table of operations; k->source is the session's.
 */
#ifndef HOLDFAST_SOURCE_H
#define HOLDFAST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

struct keeper;
struct loop;
struct ring;
struct shell_request;

struct source_ops {
	uint32_t kind;     /* enum frame_kind, as framed peers are told */
	bool has_terminal; /* a pty: it has a size, a screen, settings, and queries to be answered */
	bool keeps_all;    /* output is kept until a framed peer has acknowledged it */

	/* Opens the rings, and the keeper's descriptors of the pty.  0 or a negative errno. */
	int (*open)(struct keeper *k);
	/* As shell_start(), with the source's descriptors instead of Q's.  MODES: of the first terminal, or NULL. */
	int (*start)(struct keeper *k, struct shell_request *q, const struct termios *modes);
	void (*close)(struct keeper *k);

	void (*watch)(struct keeper *k, struct loop *l);
	/* After the handlers of each turn: output goes on to the attachments. */
	void (*turn)(struct keeper *k);
	/* At the end of each turn: does what else is due. */
	void (*finish_turn)(struct keeper *k);

	/* The shell has ended.  drain() is called each turn from then on, until it sets k->drained. */
	void (*shell_ended)(struct keeper *k);
	void (*drain)(struct keeper *k);
	/* SIGNAL to all that runs.  ENDS: it is meant to end the session. */
	void (*signal)(struct keeper *k, int signal, bool ends);
	/* SIGNAL as from a key: to the program in front. */
	void (*signal_front)(struct keeper *k, int signal);

	/* Input for the program: how many of LEN bytes it has taken; as write(2), but 0 is for "none now". */
	ssize_t (*feed)(struct keeper *k, const unsigned char *p, size_t len);
	/* No input comes any more.  NULL: a terminal knows of no end. */
	void (*end_input)(struct keeper *k);

	/* The ring of output CHANNEL, or NULL when there is no such channel. */
	struct ring *(*ring)(struct keeper *k, unsigned channel);
	/* Where a framed peer begins in CHANNEL that has nothing of it yet. */
	uint64_t (*first)(struct keeper *k, unsigned channel);
	/* All framed peers have acknowledged CHANNEL up to OFFSET. */
	void (*acked)(struct keeper *k, unsigned channel, uint64_t offset);

	/* An attachment has gone, while others stay; the last one has gone. */
	void (*one_left)(struct keeper *k);
	void (*all_left)(struct keeper *k);
	/* The program in front, for people. */
	void (*program)(const struct keeper *k, char *name, size_t cap);
};

#endif
