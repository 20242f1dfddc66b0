/* SPDX-License-Identifier: MIT */
/* base64: RFC 4648, section 4, as keys are written. */
#ifndef HOLDFAST_BASE64_H
#define HOLDFAST_BASE64_H

#include <stddef.h>

#define BASE64_LEN(n) (((n) + 2) / 3 * 4) /* characters for N bytes */

/* BASE64_LEN(LEN) characters and a NUL to OUT. */
void base64_encode(const unsigned char *in, size_t len, char *out);
/* At most CAP bytes from the NUL-terminated IN: their number, or -1 for anything that is not base64 or too long. */
long base64_decode(const char *in, unsigned char *out, size_t cap);

#endif
