/* SPDX-License-Identifier: MIT */
/*
 * escaped: values in lines of the form key=value key=value (endrecord.h, event.h): blanks, '"', '=', '\', control
 * characters and bytes over 126 are \ooo there.
 */
#ifndef HOLDFAST_ESCAPED_H
#define HOLDFAST_ESCAPED_H

#include <stddef.h>
#include <stdint.h>

/* C as it stands in a line: the number of characters at OUT, without a NUL. */
size_t escaped_byte(unsigned char c, char out[4]);
/*
 * The value from P to END, as it was, into OUT with a NUL; control characters become '?'.  0, or -EBADMSG: a bad \ooo,
 * a NUL, or no room in the ROOM bytes.
 */
int escaped_take(char *out, size_t room, const char *p, const char *end);
/* A decimal number of at most MAX: 0 or -EBADMSG. */
int escaped_number(const char *p, const char *end, uint64_t max, uint64_t *v);

#endif
