/* SPDX-License-Identifier: MIT */
/*
 * skip_blocks: looks at 64 bytes of output at once, for skip.h.
 *
 * What bytes are is a word of 64 bits, the lowest one for the first byte.  A control sequence in a block is found by an
 * addition: a bit at its first number, plus the bits of all numbers, carries to the byte that ends it.
 */
#ifndef HOLDFAST_SCREEN_SKIP_BLOCKS_H
#define HOLDFAST_SCREEN_SKIP_BLOCKS_H

#include <stddef.h>

/*
 * How far the LEN bytes at P are nothing but lines (skip_lines.h).  It may stop earlier, between two sequences and
 * characters; on processors without SSE2 at once.
 */
size_t skip_blocks_lines(const unsigned char *p, size_t len);
/* How many of LEN bytes are newlines. */
size_t skip_blocks_newlines(const unsigned char *p, size_t len);

#endif
