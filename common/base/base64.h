/* SPDX-License-Identifier: MIT */
/* base64: RFC 4648, section 4, as ssh writes keys: padded, without line breaks. */
#ifndef HOLDFAST_BASE64_H
#define HOLDFAST_BASE64_H

#include <stddef.h>

/* What may stand in base64. */
#define BASE64_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
#define BASE64_LEN(n) (((n) + 2) / 3 * 4) /* characters for N bytes */

/* Writes BASE64_LEN(LEN) characters and a NUL to OUT. */
void base64_encode(const unsigned char *in, size_t len, char *out);
/*
 * Decodes the LEN bytes at TEXT into OUT: how many bytes there are; -EBADMSG: TEXT is not base64; -ENOBUFS: more than
 * CAP bytes.  OUT is undefined after an error.
 */
long base64_decode(const char *text, size_t len, unsigned char *out, size_t cap);

#endif
