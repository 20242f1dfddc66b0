/* SPDX-License-Identifier: MIT */
/*
 * strokes: the bytes that a terminal sends for what the person does, as keys.  After xterm's control sequences; arrows
 * in both cursor-key modes, words with Ctrl, Alt and ESC b, ESC f, pastes in brackets (?2004).
 *
 * A terminal writes what one key sends in one go: an ESC that ends a read is the key Escape, and "ESC [", "ESC O" or
 * "ESC P" that ends one is that letter with Alt.  Reports (focus, mouse, answers to queries) are no keys.
 */
#ifndef HOLDFAST_PREDICT_STROKES_H
#define HOLDFAST_PREDICT_STROKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STROKES_TEXT 4       /* bytes of one character in UTF-8 */
#define STROKES_SEQUENCE 48  /* a longer sequence is of no use here */

enum key_kind {
	KEY_NONE,       /* a report, or a sequence of it */
	KEY_CHARACTER,  /* of one column or two */
	KEY_MARK,       /* a character that joins the one before it */
	KEY_ODD,        /* a character whose width terminals do not agree on */
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_WORD_LEFT,
	KEY_WORD_RIGHT,
	KEY_CHANGE,     /* changes the line, in a way that is not known: Tab, Up, Down, Ctrl-W … */
	KEY_ENTER,
	KEY_OTHER,
	KEY_PASTED,     /* bytes of a paste, and its brackets */
	KEY_KINDS
};

struct key {
	enum key_kind kind;
	uint8_t width, len;   /* of a character: columns, and bytes of TEXT */
	char text[STROKES_TEXT];
	unsigned bytes;       /* that the key took */
};

/* What is between two reads: the beginning of a character or of a sequence. */
struct strokes {
	unsigned n;
	unsigned char held[STROKES_SEQUENCE];
	unsigned held_bytes; /* with those that found no room */
	unsigned char string; /* within a string: what began it; 0: not */
	bool escape;          /* the string's last byte was ESC */
	bool paste;
};

/*
 * Takes a key from the LEN bytes at BYTES, which are a read's last ones; puts it into KEY and the number of bytes taken
 * into *USED.  False: all have been taken, and no key ends there; what is left goes on with the next read.
 */
bool strokes_next(struct strokes *k, const unsigned char *bytes, size_t len, struct key *key, size_t *used);

#endif
