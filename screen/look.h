/* SPDX-License-Identifier: MIT */
/*
 * look: reads the model, one cell at a time, for a caller that predicts what a program will change there.  Nothing of
 * the model's own structs is seen.  Rows and columns count from 0; all of them must be on the screen.
 */
#ifndef HOLDFAST_SCREEN_LOOK_H
#define HOLDFAST_SCREEN_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen.h"

#define LOOK_TEXT 32 /* bytes of UTF-8; a character that has more is `more` */

/* One position. */
struct look_cell {
	uint8_t width;   /* 1; of a wide character 2 at its first column and 0 at its second */
	uint8_t len;     /* of TEXT; 0: no text (erased, never written, the second column, or more) */
	bool more;       /* the character is longer than TEXT */
	bool written;    /* false: as a terminal has it that was never written to there */
	bool doubtful;   /* terminals do not agree how wide this character is, or where it stands */
	bool protected;  /* DECSCA, SPA */
	uint64_t style;  /* style and link: two positions of one model look alike if these are equal, until it is fed */
	char text[LOOK_TEXT];
};

/* Of look_modes(). */
enum {
	LOOK_ALTERNATE = 1 << 0,    /* the alternate screen */
	LOOK_CURSOR_KEYS = 1 << 1,  /* ?1: arrows come as ESC O */
	LOOK_KEYPAD = 1 << 2,       /* ESC = */
	LOOK_PASTE = 1 << 3,        /* ?2004: a paste comes in brackets */
	LOOK_VISIBLE = 1 << 4,      /* the cursor is seen */
	LOOK_WRAP = 1 << 5,         /* autowrap */
	LOOK_INSERT = 1 << 6,       /* IRM */
	LOOK_ORIGIN = 1 << 7,
	LOOK_MARGINS = 1 << 8,      /* margins other than the whole screen, or ?69 */
	LOOK_SYNCHRONIZED = 1 << 9, /* ?2026 */
	LOOK_OPEN = 1 << 10,        /* a sequence, a string or a character is not whole yet; or SS2, SS3 before one */
	LOOK_MAPPED = 1 << 11,      /* the character set in use is not ASCII (line drawing, British) */
	LOOK_CLUSTERS = 1 << 12,    /* ?2027 */
	LOOK_MOUSE = 1 << 13,       /* a program wants the mouse */
	LOOK_SHIFTED = 1 << 14,     /* terminals do not agree where the cursor is */
	LOOK_LAST = 1 << 15,        /* a character was the last thing fed: REP would repeat it, a mark would join it */
	LOOK_PROTECTS = 1 << 16,    /* what is printed now is protected (DECSCA, SPA), or all erasing spares what is */
	LOOK_PLACED = 1 << 17,      /* a terminal that was used before has this screen's rows where the model has them */
	LOOK_STRAYED = 1 << 18,     /* … may have other text in the cursor's row (screen/used.h) */
};

struct look_cursor {
	unsigned row, col;
	bool pending;  /* the next character wraps first */
};

void look_cursor(const struct screen *s, struct look_cursor *cursor);
uint32_t look_modes(const struct screen *s);
void look_cell(const struct screen *s, unsigned row, unsigned col, struct look_cell *c);
/* Whether what would be printed now looks like the cell there: colours, attributes, link. */
bool look_pen_is(const struct screen *s, unsigned row, unsigned col);
/* The columns of ROW up to the last one that was written. */
unsigned look_end(const struct screen *s, unsigned row);
/* Whether ROW continues the row above, by an automatic wrap. */
bool look_goes_on(const struct screen *s, unsigned row);
/* Whether terminals do not agree where some of ROW's characters stand, or how they look. */
bool look_doubtful(const struct screen *s, unsigned row);
/* Whether all terminals show TEXT as one character of WIDTH columns (1 or 2), whatever is before and behind it. */
bool look_is_one(const char *text, size_t len, unsigned width);

#endif
