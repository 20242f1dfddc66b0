/* SPDX-License-Identifier: MIT */
/*
 * grammar: the answers to queries that may be typed into a session.
 *
 * An answer is input to the program in front, perhaps a shell, and the program that printed the query chose its words.
 * So only reports that no program takes for keys or commands pass: ESC-introduced CSI, DCS and OSC sequences of the
 * forms in grammar.c, printable from end to end, ended by a final byte or ST.  No title and no selection is ever
 * reported.
 */
#ifndef HOLDFAST_GRAMMAR_H
#define HOLDFAST_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

#define GRAMMAR_MAX 256        /* one of them */
#define GRAMMAR_COUNT_RATE 64  /* a second, */
#define GRAMMAR_BYTES_RATE 4096 /* and together no more than this: more is dropped */

/* The length of the permitted report that P begins with; 0: it begins with none. */
size_t grammar_length(const unsigned char *p, size_t len);

struct grammar_rate {
	uint64_t since;       /* clock_now_ms() when the second began */
	unsigned count, bytes;
};

/* Copies the permitted reports of P to OUT (LEN bytes of room), up to the first that is not; how many bytes. */
size_t grammar_filter(struct grammar_rate *r, uint64_t now, const unsigned char *p, size_t len, unsigned char *out);

#endif
