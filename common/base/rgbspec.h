/* SPDX-License-Identifier: MIT */
/* rgbspec: the parts of a colour that is said in hexadecimal digits, as in rgb:r/g/b (XParseColor(3)). */
#ifndef HOLDFAST_RGBSPEC_H
#define HOLDFAST_RGBSPEC_H

#include <stddef.h>

/* The value of the hexadecimal digit C; -1: it is none. */
int rgbspec_digit(unsigned char c);
/*
 * The part of an rgb: at P, of which LEN bytes are there: 1 to 4 digits, which are scaled to 8 bits in *PART.  Returns
 * how many digits there are; 0: none, and *PART is untouched.  A fifth one is not looked at.
 */
size_t rgbspec_part(const void *p, size_t len, unsigned *part);

#endif
