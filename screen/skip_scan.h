/* SPDX-License-Identifier: MIT */
/* skip_scan: looks through output without parsing it, for skip.h. */
#ifndef HOLDFAST_SCREEN_SKIP_SCAN_H
#define HOLDFAST_SCREEN_SKIP_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen;

#define SKIP_WORTH 16384 /* less than this is eaten as fast */
#define SKIP_AHEAD 2048 /* another processor has written the bytes: they are asked for so far ahead */
#define SKIP_ESC 0x1b
#define SKIP_SHIFT_OUT 0x0e
#define SKIP_SHIFT_IN 0x0f
#define SKIP_C1_LEAD 0xc2 /* of U+0080 to U+00BF */

/* Where the first byte stands that may change more than a line; LEN: there is none. */
size_t skip_plain_length(const unsigned char *p, size_t len);
/* How many of LEN bytes are parameters of a control sequence: digits, colons, semicolons. */
static inline size_t
skip_numbers_length(const unsigned char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= '0' && p[n] <= ';')
		n++;
	return n;
}

/* The length of the SGR sequence that P begins with, or 0. */
static inline size_t
skip_sgr_length(const unsigned char *p, size_t len)
{
	size_t n;

	if (len < 3 || p[0] != SKIP_ESC || p[1] != '[')
		return 0;
	n = 2 + skip_numbers_length(p + 2, len - 2);
	return n < len && p[n] == 'm' ? n + 1 : 0;
}

/*
 * The length of the character that P begins with, if it is not ASCII, and takes one column in every terminal, whatever
 * stands before it; else 0.
 */
size_t skip_character_length(const unsigned char *p, size_t len);
/* Different SGR sequences, until one resets the pen. */
#define SKIP_SGR_SLOTS 64
struct skip_sgr {
	unsigned kinds; /* … at least; the number is the same whichever end they are read from */
	bool resets;
	uint64_t slot[SKIP_SGR_SLOTS]; /* as numbers, at places that follow from them */
};

/* The SGR sequence at P is one of those.  Whether it is another than the last one that has its slot. */
bool skip_sgr_note(struct skip_sgr *all, const unsigned char *p, size_t len);
/*
 * Gives S the pen that it would have behind all of P, in which only SGR changes the pen.  ALL: the sequences in P and
 * perhaps in more; NULL: not known.
 */
void skip_apply_pen(struct screen *s, const unsigned char *p, size_t len, const struct skip_sgr *all);

#endif
