/* SPDX-License-Identifier: MIT */
/*
 * themereports: finds a terminal's answers about its colours (OSC 10, 11 and 12: of text, background and cursor) in
 * its input, and takes out those that are the keeper's (theme.h), however they are cut and between which keys they
 * stand.
 *
 * An answer is ESC ] 1N ; rgb:r/g/b, or rgba: with a fourth part, each of 1 to 4 hex digits, ended by BEL or ESC \.
 * No key begins so but ESC.  What may become an answer is held back: ESC alone, and the little that is a key's as
 * well, for TERMREPORTS_KEY_MS, the rest for TERMREPORTS_REST_MS.  If an ESC that was let go turns out to begin an
 * answer, the rest of that answer is taken out all the same.
 */
#ifndef HOLDFAST_THEMEREPORTS_H
#define HOLDFAST_THEMEREPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THEMEREPORTS_HELD 48
#define THEME_COLOURS 3          /* text, background, cursor */
#define THEME_KNOWN 0x01000000u  /* | 0xrrggbb: a colour that a terminal has said */

struct themereports {
	unsigned char held[THEMEREPORTS_HELD];
	size_t len;
	bool esc_gone;  /* HELD[0], an ESC, was let go as a key … */
	bool esc_lately; /* … or one was, and nothing has come since */
	uint64_t until; /* then what is held is no answer (clock_now_ms()); 0: nothing is held */
};

/* The terminal says that colour N (below THEME_COLOURS) is COLOUR.  Whether that is for the program. */
typedef bool themereports_is_for_program(void *object, unsigned n, uint32_t colour);

/*
 * Copies LEN bytes at P to OUT, which has room for LEN + THEMEREPORTS_HELD, without answers that are not the
 * program's.
 */
size_t themereports_filter(struct themereports *r, const unsigned char *p, size_t len, uint64_t now,
                           themereports_is_for_program *is_for_program, void *object, unsigned char *out);
/* Whether nothing but ESC is held, most likely a key. */
bool themereports_is_key(const struct themereports *r);
/* What is held is no answer: copies it to OUT, of THEMEREPORTS_HELD bytes.  Returns how many. */
size_t themereports_release(struct themereports *r, unsigned char *out);

#endif
