/* SPDX-License-Identifier: MIT */
/*
 * sieve: what a person's terminal may get of text that another uid's process, or another host, has made.  Printable
 * characters in UTF-8 (RFC 3629), newlines and tabs pass; and, where looks are asked for, the sequences that change
 * nothing but the looks of what follows: SGR, and hyperlinks (OSC 8) to http, https, file and mailto.  All else is
 * left out.
 */
#ifndef HOLDFAST_SIEVE_H
#define HOLDFAST_SIEVE_H

#include <stdbool.h>
#include <stddef.h>

#define SIEVE_HELD 8192 /* a character or sequence is never longer */

struct sieve {
	bool looks; /* set by the caller; the rest begins as zeros */
	size_t len; /* of HELD: what may be the beginning of a character or a sequence */
	unsigned char held[SIEVE_HELD];
};

/*
 * The next LEN bytes at IN: puts what passes, also of the bytes before, to OUT, which has room for LEN + SIEVE_HELD
 * bytes.  How many bytes that are.
 */
size_t sieve_pass(struct sieve *s, const void *in, size_t len, unsigned char *out);

#endif
