/* SPDX-License-Identifier: MIT */
/*
 * local_holdback: holds back the end of the output while it is in the middle of an escape sequence or of a UTF-8
 * character, so that the notice never lands inside of one.  C1 controls as characters (U+009B for CSI) count as they do
 * for xterm, kitty and the server's model; as single bytes they are none in UTF-8.  Nothing that is held back could be
 * seen yet, but what follows such a C1 control in a terminal that does not take it as one.  A sequence
 * longer than HOLDBACK_CAP (a picture) is passed on; local_holdback_inside() then says that nothing may be drawn.
 */
#ifndef HOLDFAST_LOCAL_HOLDBACK_H
#define HOLDFAST_LOCAL_HOLDBACK_H

#include <stdbool.h>
#include <stddef.h>

#define HOLDBACK_CAP 256

/* All zero: nothing held back, between sequences. */
struct local_holdback {
	unsigned char state; /* enum of local_holdback.c */
	unsigned char more;  /* bytes missing of a UTF-8 character */
	bool lead;           /* the last byte may be the first one of a C1 control (U+0080 to U+009F) */
	bool passed;         /* the sequence's begin has been passed on */
	bool alternate;      /* the alternate screen is on */
	unsigned char kind;  /* '?' in a CSI with private parameters */
	unsigned number;     /* the parameter that is read, */
	bool wanted;         /* and whether one was that of the alternate screen */
	size_t len;
	unsigned char buf[HOLDBACK_CAP];
};

/*
 * Takes LEN bytes of output.  To be written now: first *HELD_LEN bytes of HELD (room for HOLDBACK_CAP), which were held
 * back, then the first *NOW bytes of DATA.
 */
void local_holdback_feed(struct local_holdback *t, const unsigned char *data, size_t len, unsigned char *held, size_t *held_len,
                     size_t *now);
/* Whether the terminal itself is inside of a sequence. */
bool local_holdback_inside(const struct local_holdback *t);
/*
 * Before a rendering, which draws everything anew: drops the bytes that are held back.  *BROKEN: the terminal is inside
 * a sequence, and CAN has to be written to end that.
 */
void local_holdback_drop(struct local_holdback *t, bool *broken);

#endif
