/* SPDX-License-Identifier: MIT */
/*
 * ticket: the name of a login's record, 128 random bits.  In the environment (HOLDFAST_TICKET) and as a file name it
 * is 32 lower-case hexadecimal digits; in messages it is the 16 bytes.  Sixteen zero bytes mean "no ticket".
 */
#ifndef HOLDFAST_TICKET_H
#define HOLDFAST_TICKET_H

#include <stdbool.h>

#define TICKET_BYTES 16
#define TICKET_TEXT 33 /* with the NUL */

struct ticket {
	unsigned char bytes[TICKET_BYTES];
};

/* A new one from getrandom(2), without waiting for entropy: 0 or a negative errno (-EAGAIN early at boot). */
int ticket_make(struct ticket *t);
/* Writes the 32 digits and a NUL. */
void ticket_format(const struct ticket *t, char text[TICKET_TEXT]);
/* 0, or -EINVAL when TEXT is NULL or anything but 32 lower-case hexadecimal digits (*t is then untouched). */
int ticket_parse(struct ticket *t, const char *text);
/* Whether it is the zero ticket. */
bool ticket_is_none(const struct ticket *t);

#endif
