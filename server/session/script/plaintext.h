/* SPDX-License-Identifier: MIT */
/*
 * plaintext: a terminal's output as lines of text, for tail and for patterns.  Sequences are taken out; what a line
 * editor or a progress bar writes over is written over; a program's other screen (?1049h) is left out.  It knows
 * nothing of rows: moving the cursor to another one ends the line.
 *
 * It also notes which mark a shell has written last (OSC 133 and OSC 633).
 */
#ifndef HOLDFAST_PLAINTEXT_H
#define HOLDFAST_PLAINTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAINTEXT_CELLS 4096 /* of a line; a longer one goes on as another */
#define PLAINTEXT_BYTES (4 * PLAINTEXT_CELLS + 1)
#define PLAINTEXT_PARAMS 8

/* A line has ended, or was left: LEN bytes of UTF-8 at TEXT, with a NUL behind them. */
typedef void plaintext_line(void *object, const char *text, size_t len);

struct plaintext {
	plaintext_line *line;
	void *object;
	unsigned state;
	unsigned wants;          /* further bytes of a character */
	uint32_t code;
	unsigned params[PLAINTEXT_PARAMS], count;
	bool private;            /* CSI ? */
	char string[16];         /* of an OSC, its beginning */
	size_t string_len;
	bool whole;              /* the owner's: the other screen counts as well */
	bool other;              /* the other screen is on */
	char mark;               /* 'A' to 'D'; 0: none has come */
	size_t x, len;
	uint32_t cells[PLAINTEXT_CELLS];
};

void plaintext_begin(struct plaintext *t, plaintext_line *line, void *object);
void plaintext_feed(struct plaintext *t, const void *bytes, size_t len);
/* The line that has not ended, without blanks at its end: its length. */
size_t plaintext_rest(const struct plaintext *t, char text[PLAINTEXT_BYTES]);
/* Whether it is as at the beginning: what follows makes the same lines without what has come before. */
bool plaintext_is_new(const struct plaintext *t);

#endif
