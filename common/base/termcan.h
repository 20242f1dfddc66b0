/* SPDX-License-Identifier: MIT */
/*
 * termcan: the abilities of a terminal: which sequences, colours and characters it takes.
 *
 * A login finds them out with the user's rights (server/session/enter/termask.h), from TERM, terminfo, COLORTERM and
 * the locale.  Its claim carries them to the keeper (common/messages/attach.h), which tells the painter with each
 * rendering (server/keeper/picture/paint.h).  Only these numbers travel, and never a string of terminfo's.  A rendering
 * leaves out, or says in another way, what the terminal does not take (out_can() in screen/out.h).
 */
#ifndef HOLDFAST_TERMCAN_H
#define HOLDFAST_TERMCAN_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of termcan.can; new ones at the end, for they travel between versions. */
#define TERMCAN_BIT(n) (UINT64_C(1) << (n))
#define TERMCAN_KNOWN TERMCAN_BIT(0)        /* the rest has been found out; without it, nothing counts: all is taken */
#define TERMCAN_ECMA48 TERMCAN_BIT(1)       /* CSI H, J, K, C, m as in ECMA-48; without it, only text is taken */
#define TERMCAN_XTERM TERMCAN_BIT(2)        /* parses as xterm does: what it does not know shows nothing */
#define TERMCAN_UTF8 TERMCAN_BIT(3)         /* without it: ASCII and UPPER */
#define TERMCAN_DRAWING TERMCAN_BIT(4)      /* ESC ( 0: line drawing */
#define TERMCAN_STAYS TERMCAN_BIT(5)        /* a character in the last column does not wrap at once (xenl) */
#define TERMCAN_WRAPS TERMCAN_BIT(6)        /* wraps at the right edge (am) */
#define TERMCAN_ALTERNATE TERMCAN_BIT(7)    /* ?1049 */
#define TERMCAN_ALTERNATE_47 TERMCAN_BIT(8) /* ?47, with ESC 7 and ESC 8 around it */
#define TERMCAN_ERASES TERMCAN_BIT(9)       /* ECH */
#define TERMCAN_ERASES_COLOURED TERMCAN_BIT(10) /* erasing leaves the background colour (bce) */
#define TERMCAN_REGION TERMCAN_BIT(11)      /* DECSTBM */
#define TERMCAN_SIDES TERMCAN_BIT(12)       /* DECLRMM, DECSLRM */
#define TERMCAN_SAVES TERMCAN_BIT(13)       /* ESC 7, ESC 8 */
#define TERMCAN_TABS TERMCAN_BIT(14)        /* HTS, TBC */
#define TERMCAN_SOFT_RESET TERMCAN_BIT(15)  /* DECSTR */
#define TERMCAN_HIDES TERMCAN_BIT(16)       /* ?25 */
#define TERMCAN_INSERTS TERMCAN_BIT(17)     /* IRM */
#define TERMCAN_KEYPAD TERMCAN_BIT(18)      /* ?1, ESC =, ESC > */
#define TERMCAN_REVERSE_SCREEN TERMCAN_BIT(19) /* ?5 */
#define TERMCAN_AUTOWRAP TERMCAN_BIT(20)    /* ?7 can be switched */
#define TERMCAN_ORIGIN TERMCAN_BIT(21)      /* ?6 */
#define TERMCAN_NEWLINE TERMCAN_BIT(22)     /* mode 20 */
#define TERMCAN_MOUSE TERMCAN_BIT(23)       /* ?9, ?1000 and the like */
#define TERMCAN_PASTE TERMCAN_BIT(24)       /* ?2004 */
#define TERMCAN_FOCUS TERMCAN_BIT(25)       /* ?1004 */
#define TERMCAN_SHAPE TERMCAN_BIT(26)       /* DECSCUSR */
#define TERMCAN_TITLE TERMCAN_BIT(27)       /* OSC 0, 1, 2 */
#define TERMCAN_TITLE_STACK TERMCAN_BIT(28) /* CSI 22 t, CSI 23 t */
#define TERMCAN_PALETTE TERMCAN_BIT(29)     /* OSC 4, 104 */
#define TERMCAN_THEME TERMCAN_BIT(30)       /* OSC 10, 11, 12, 110, 111, 112 */
#define TERMCAN_PLACE TERMCAN_BIT(31)       /* OSC 7 */
#define TERMCAN_LINKS TERMCAN_BIT(32)       /* OSC 8 */
#define TERMCAN_MARKS TERMCAN_BIT(33)       /* OSC 133 */
#define TERMCAN_PROGRESS TERMCAN_BIT(34)    /* OSC 9;4 */
#define TERMCAN_COLONS TERMCAN_BIT(35)      /* colons in SGR */
#define TERMCAN_MODIFY_KEYS TERMCAN_BIT(36) /* XTMODKEYS */
#define TERMCAN_KITTY_KEYS TERMCAN_BIT(37)  /* kitty's keyboard protocol */
#define TERMCAN_GRAPHEMES TERMCAN_BIT(38)   /* ?2027 */
#define TERMCAN_SYNCHRONIZED TERMCAN_BIT(39) /* ?2026 */
#define TERMCAN_THEME_REPORTS TERMCAN_BIT(40) /* ?2031 */
#define TERMCAN_SIZE_REPORTS TERMCAN_BIT(41) /* ?2048 */
#define TERMCAN_PRIVATE TERMCAN_BIT(42)     /* other private modes of xterm's: ?1007, ?1034 and the like */
/* SGR. */
#define TERMCAN_BOLD TERMCAN_BIT(43)
#define TERMCAN_DIM TERMCAN_BIT(44)
#define TERMCAN_ITALIC TERMCAN_BIT(45)
#define TERMCAN_UNDERLINE TERMCAN_BIT(46)
#define TERMCAN_BLINK TERMCAN_BIT(47)
#define TERMCAN_INVERSE TERMCAN_BIT(48)
#define TERMCAN_CONCEAL TERMCAN_BIT(49)
#define TERMCAN_STRIKE TERMCAN_BIT(50)
#define TERMCAN_OVERLINE TERMCAN_BIT(51)
#define TERMCAN_OWN_COLOURS TERMCAN_BIT(52) /* SGR 39 and 49 (op) */
#define TERMCAN_PROTECTS TERMCAN_BIT(53)    /* DECSCA */

/* These do not go together with colours (ncv). */
#define TERMCAN_UNDERLINE_ALONE TERMCAN_BIT(54)
#define TERMCAN_DIM_ALONE TERMCAN_BIT(55)
#define TERMCAN_INVERSE_ALONE TERMCAN_BIT(56)
#define TERMCAN_BOLD_ALONE TERMCAN_BIT(57)
#define TERMCAN_ALONE \
	(TERMCAN_UNDERLINE_ALONE | TERMCAN_DIM_ALONE | TERMCAN_INVERSE_ALONE | TERMCAN_BOLD_ALONE)
/* Set by the keeper: the programs write in the terminal's character set, which is not UTF-8: their bytes are right. */
#define TERMCAN_OWN_BYTES TERMCAN_BIT(58)

#define TERMCAN_DIRECT 0x1000000u           /* COLOURS: RGB */
#define TERMCAN_UPPER 128
#define TERMCAN_BYTES (8 + 4 + 2 * TERMCAN_UPPER)

/* All zero: nothing is known of the terminal, and it is sent everything. */
struct termcan {
	uint64_t can;
	uint32_t colours;                  /* 0, 8, 16, 88, 256 or TERMCAN_DIRECT */
	/* What bytes from 0x80 on show (Unicode); 0: nothing.  All 0: ASCII, or UTF-8. */
	uint16_t upper[TERMCAN_UPPER];
};

static inline bool
termcan_known(const struct termcan *t)
{
	return (t->can & TERMCAN_KNOWN) != 0;
}

/* T as TERMCAN_BYTES bytes, for messages, and back. */
void termcan_put(const struct termcan *t, unsigned char bytes[TERMCAN_BYTES]);
void termcan_get(struct termcan *t, const unsigned char bytes[TERMCAN_BYTES]);

/* The same as text: the abilities (hexadecimal), the colours (decimal), UPPER (four digits each). */
#define TERMCAN_TEXT (16 + 1 + 10 + 1 + 4 * TERMCAN_UPPER + 1)
void termcan_print(const struct termcan *t, char text[TERMCAN_TEXT]);
/* 0 or -EBADMSG, with T untouched. */
int termcan_parse(struct termcan *t, const char *text);

#endif
