/* SPDX-License-Identifier: MIT */
/* printable: text from elsewhere that a person's terminal is to show. */
#ifndef HOLDFAST_PRINTABLE_H
#define HOLDFAST_PRINTABLE_H

/* Takes control characters out of S: C0, DEL, and C1 in UTF-8 (RFC 3629). */
void printable_clean(char *s);

#endif
