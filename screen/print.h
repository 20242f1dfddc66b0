/* SPDX-License-Identifier: MIT */
/* print: characters onto the screen. */
#ifndef HOLDFAST_SCREEN_PRINT_H
#define HOLDFAST_SCREEN_PRINT_H

#include <stddef.h>
#include <stdint.h>

struct screen;

/* How many bytes from P on, of LEN, are printable ASCII. */
size_t print_run_length(const unsigned char *p, size_t len);
void print_ascii(struct screen *s, const unsigned char *p, size_t n);
void print_code(struct screen *s, uint32_t code);
/*
 * Prints common wide characters of three bytes at P, of LEN bytes, as many as fit into the row, if nothing else is to
 * be seen to; how many bytes, perhaps none.
 */
#define PRINT_WIDE_BEGINS(byte) ((byte) >= 0xe3 && (byte) <= 0xe9)
size_t print_wide(struct screen *s, const unsigned char *p, size_t len);
/* REP */
void print_again(struct screen *s, unsigned times);

#endif
