/* SPDX-License-Identifier: MIT */
/*
 * vtscan: cuts terminal output into tokens: runs of text, control characters, whole escape sequences (ECMA-48; string
 * sequences end with ST or BEL as in xterm).  It knows where sequences begin and end, not what they do.  Bytes over 127
 * are text: the streams are UTF-8.  So are C1 controls as characters (U+009B for CSI), which the model knows: what is
 * asked here does not need them.  The NUL that tries a connection is ignored also within such a sequence, and where
 * there is no painter the bytes go to the terminal as they are, at worst with a row more or less of them.
 */
#ifndef HOLDFAST_VTSCAN_H
#define HOLDFAST_VTSCAN_H

#include <stdbool.h>
#include <stddef.h>

enum vtscan_kind {
	VTSCAN_END,     /* nothing left */
	VTSCAN_TEXT,    /* printable bytes */
	VTSCAN_CONTROL, /* one byte below 32, or DEL */
	VTSCAN_ESCAPE,  /* ESC, intermediates, a final byte */
	VTSCAN_CSI,
	VTSCAN_STRING,  /* OSC, DCS, APC, PM or SOS with its terminator */
	VTSCAN_PARTIAL, /* an escape sequence that the bytes end in the middle of */
};

struct vtscan_token {
	enum vtscan_kind kind;
	const unsigned char *p; /* where it begins */
	size_t len;
	unsigned char final;    /* ESCAPE, CSI: the last byte; STRING: the byte behind ESC */
};

struct vtscan {
	const unsigned char *p, *end;
};

void vtscan_init(struct vtscan *s, const unsigned char *p, size_t len);
/* The next token; its kind.  VTSCAN_PARTIAL takes all the rest. */
enum vtscan_kind vtscan_next(struct vtscan *s, struct vtscan_token *t);
/* Scans the rest: whether it ends between two sequences, and between two characters of UTF-8. */
bool vtscan_ends_between(struct vtscan *s);

#endif
