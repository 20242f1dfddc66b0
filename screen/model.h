/* SPDX-License-Identifier: MIT */
/*
 * model: the whole state of the terminal model, shared by its parts.
 *
 * Invariants, which every part keeps and compare.c, render.c rely on:
 * - cells of a row from its len on are 0; a wide cell is followed by its tail, a tail preceded by its wide cell;
 * - row->cont (the row goes on where the one above ended, by an automatic wrap) only on the primary screen, and for
 *   the first row only if the scrollback's last line ends with a full row (or one column less, see history.h);
 * - a pending wrap stands at the right edge (cursor_edge), on a cell that has text; or, after CBT, at a tab stop left
 *   of that;
 * - with origin mode on, the cursor is within the margins.
 */
#ifndef HOLDFAST_SCREEN_MODEL_H
#define HOLDFAST_SCREEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cell.h"
#include "cluster.h"
#include "history_state.h"
#include "link.h"
#include "mark_state.h"
#include "parser_state.h"
#include "screen.h"
#include "style.h"

struct trail;

struct row {
	unsigned len;  /* cells from here on are 0 */
	bool cont;
	struct marks marks;
	bool odd;      /* there may be clusters in it, or cells with CELL_SHIFTED, or doubtful ones, or a trail */
	bool torn;     /* one half of a wide character was written over, in a style that some terminals give the
	                  other */
	struct trail *trail; /* trail.h; NULL: none */
	cell c[];
};

struct charsets {
	unsigned char g[4]; /* the designated charsets: 'B' ASCII, '0' line drawing, 'A' British */
	unsigned char gl;   /* which of them is in use */
};

/* What DECSC saves. */
struct saved {
	unsigned x, y;
	struct style pen;
	struct charsets charsets;
	bool origin;
	unsigned shift;
	bool placed, above; /* of screen and of used, as they were then */
	unsigned turn;
};

/* used.h */
struct used {
	unsigned first, last; /* the rows that are known; FIRST behind LAST: none */
	bool whole;           /* all rows are in the terminal where they are here */
	bool wiped;           /* ED 2 came last, while the terminal's cursor may have been in another row */
	bool above;           /* the terminal's cursor may be above the model's */
	unsigned turn;        /* another one, when what is known has changed */
};

#define LEVEL_DEFAULT 4

#define KITTY_MAX 16
#define KITTY_FLAGS 0x1fu

/* The kitty keyboard flags of a screen: the last of the stack is in force, or the base. */
struct kitty {
	unsigned char base;
	unsigned char n;
	unsigned char flags[KITTY_MAX];
};

#define TITLES_MAX 10
#define TITLE_BYTES_MAX 1024

/* The window's title or the icon's, and the stack of pushed ones.  NULL is empty. */
struct title {
	char *text;
	char *pushed[TITLES_MAX];
	unsigned n;
};

/* Bits of screen.modes; modes.c has the table. */
enum {
	MODE_CURSOR_KEYS = 1 << 0,
	MODE_REVERSE = 1 << 1,
	MODE_ORIGIN = 1 << 2,
	MODE_WRAP = 1 << 3,
	MODE_VISIBLE = 1 << 4,
	MODE_REVERSE_WRAP = 1 << 5,
	MODE_KEYPAD = 1 << 6,
	MODE_MARGINS = 1 << 7,
	MODE_FOCUS = 1 << 8,
	MODE_PASTE = 1 << 9,
	MODE_THEME = 1 << 10,
	MODE_SIZE = 1 << 11,
	MODE_INSERT = 1 << 12,
	MODE_NEWLINE = 1 << 13,
	/* Those that a terminal has a default of its own for are kept only once a program has said them. */
	MODE_REPEAT = 1 << 14,
	MODE_BLINK = 1 << 15,
	MODE_SCROLL_KEYS = 1 << 16,
	MODE_META8 = 1 << 17,
	MODE_NUMLOCK = 1 << 18,
	MODE_META_ESC = 1 << 19,
	MODE_ALT_ESC = 1 << 20,
	MODE_REVERSE_WRAP_ALL = 1 << 21,
	MODE_COLUMNS_MAY = 1 << 22,
	MODE_TAB_WRAP = 1 << 24,
	MODE_CLUSTERS = 1 << 25,
	MODE_SMOOTH_SCROLL = 1 << 26,
	MODE_FORM_FEED = 1 << 27,
	MODE_PRINT_EXTENT = 1 << 28,
	MODE_BACKARROW = 1 << 29,
};
#define MODES_DEFAULT (MODE_WRAP | MODE_VISIBLE)

/* The modes that XTSAVE has kept: bit by bit which, and their values. */
struct kept {
	uint32_t bits, modes;
	bool mouse, encoding;
	unsigned protocol, encoded; /* the mouse's protocol and encoding, or 0 */
};

#define MOUSE_ENCODINGS 4
#define MODIFIERS 8

struct mouse {
	unsigned protocol; /* 0, 9, 1000, 1002, 1003 */
	unsigned n;
	unsigned encoding[MOUSE_ENCODINGS]; /* 1005, 1006, 1015, 1016: in the order in which they were set */
};

#define COLOURS 256
#define SPECIALS 5 /* of bold, underlined, blinking, inverse, italic text: OSC 5 */
#define COLOUR_SET 0x01000000u

/* Colours that a program has changed: COLOUR_SET | rgb, or 0. */
struct colours {
	uint32_t *palette; /* NULL, or COLOURS and SPECIALS of them */
	uint32_t dynamic[3]; /* text, background, cursor: OSC 10, 11, 12 */
};

/* progress.h */
struct progress {
	bool said; /* a program has said one, or that there is none */
	uint8_t state, percent;
};

struct answers {
	bool on;
	size_t len;
	unsigned char *bytes; /* NULL or SCREEN_ANSWERS_MAX of them: each answer behind its answer_head */
};

struct screen {
	unsigned rows, cols;
	struct row **row;     /* the screen in use: primary or alternate */
	struct row **primary;
	struct row **alternate; /* NULL while not in use */

	unsigned x, y;
	bool pending;         /* the next character wraps first */
	unsigned shift;       /* flow.h: 0, or 1 and the column behind the last doubtful character */
	const struct row *trailed; /* the cursor is where the trail of this row ends, if it is the cursor's row */
	struct used used[2];  /* of the primary, of the alternate screen */
	bool placed;          /* a terminal that was used before (used.h) has the cursor in the same row */
	bool repeatable;      /* the last thing was a character: REP repeats it */
	unsigned char single; /* SS2 or SS3 for the next character: 2, 3, or 0 */
	struct style pen;
	uint32_t pen_link;
	uint32_t pen_number;  /* of pen in styles, if pen_known */
	uint32_t erase_number; /* of a style with nothing but pen's background */
	bool pen_known;
	struct charsets charsets;
	struct saved saved[2]; /* of the primary, of the alternate screen */
	struct saved entered;  /* at the last ?1049h: tmux keeps it beside what DECSC saved; only if has_entered */
	bool has_entered;

	unsigned top, bottom, left, right; /* margins, inclusive */
	uint32_t modes, said;  /* MODE_*; said: those of the kept ones that a program has set or reset */
	struct kept kept;
	bool synchronized;     /* ?2026: a rendering does not restore it */
	bool iso_protection;   /* SPA, not DECSCA: all erasing spares what is protected */
	bool exact_extent;     /* DECSACE 2 */
	unsigned char checksum; /* XTCHECKSUM */
	unsigned char level;   /* DECSCL: of conformance, 1 to 4 */
	struct mouse mouse;
	struct kitty kitty[2];
	signed char modifiers[MODIFIERS]; /* XTMODKEYS; -1: the terminal's own */
	unsigned char shape;   /* DECSCUSR */
	unsigned char *tabs;   /* a byte a column */
	struct title title[2]; /* the window's, the icon's */
	char *place;           /* OSC 7, or NULL */
	struct colours colours;
	struct progress progress;

	struct styles styles;
	struct links links;
	struct clusters clusters;
	struct history history;
	struct parser parser;
	struct answers answers;
	struct screen_terminal terminal; /* for answers and images: a rendering does not restore it */
	const unsigned char *fed, *here; /* while it is fed: the bytes, and up to where a sequence has been read */
};

static inline bool
mode(const struct screen *s, uint32_t bit)
{
	return (s->modes & bit) != 0;
}

/* The last column that characters go to from where the cursor is. */
static inline unsigned
cursor_edge(const struct screen *s)
{
	return s->x <= s->right ? s->right : s->cols - 1;
}

#endif
