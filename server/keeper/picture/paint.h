/* SPDX-License-Identifier: MIT */
/*
 * paint: the messages between a keeper and its painter (SOCK_SEQPACKET, one message a packet).
 *
 * The keeper gives orders.  Each has an offset in the session's output: the painter eats the ring up to there first
 * and then does what is said, so the order of orders is the order of things.
 *
 *   keeper                       painter
 *   FEED                 ───▶    nothing more
 *   SIZE rows cols …     ───▶    the model gets another size
 *   TERMINAL …           ───▶    what is known of the person's own terminal, for answers (colours and pixels)
 *   RENDER serial …      ───▶    renders
 *   LEAVE serial         ───▶    asks for the bytes that leave a terminal clean that shows the model
 *   TEXT serial flags    ───▶    asks for the screen, and without PAINT_NO_SCROLLBACK for the lines above, as text,
 *                                or as PAINT_ANSI and PAINT_HTML say
 *                        ◀───    AT offset              eaten up to there: every PAINT_STEP bytes, and at last
 *                        ◀───    RESTS offset number    to a lazy FEED, at last: eaten up to there, and NUMBER bytes that
 *                                                       were to be eaten are left, for they may yet be passed over (skip.h)
 *                        ◀───    REPORT offset          its answer to the query that ends there
 *                        ◀───    THEME number            to TERMINAL with PAINT_TURNED: a program is to be told of that
 *                                                       (enum screen_theme)
 *                        ◀───    BUSY                   on the way to a rendering: PAINT_BUSY_STEP more bytes of work
 *                        ◀───    TOTAL serial number    so many bytes of a rendering follow, that ends inside of an OFFSET (enum screen_string) …
 *                        ◀───    BYTES serial           … in pieces of PAINT_DATA_MAX, the last one shorter
 *
 * The keeper decides whether a report is typed: it knows which terminal had to answer the query.  It trusts no reply:
 * grammar.h says which reports may be typed, picture_replies.c checks the rest.
 */
#ifndef HOLDFAST_PAINT_H
#define HOLDFAST_PAINT_H

#include <stddef.h>
#include <stdint.h>

#include "termcan.h"

#define PAINT_LINE_CAP 192                 /* the line above a restored screen, with its NUL */
#define PAINT_ORDER_MAX 512
#define PAINT_DATA_MAX 16384
#define PAINT_REPLY_MAX (PAINT_DATA_MAX + 32)
#define PAINT_RENDER_MAX (32 * 1024 * 1024) /* a rendering is never longer */
#define PAINT_TEXT_MAX (1024 * 1024)        /* of text without PAINT_PRINT; longer ones go without the scrollback */
#define PAINT_STEP 65536
#define PAINT_BUSY_STEP 262144
/* New output before a lazy FEED, and how much of it the painter may leave: so much less that the FEED is worth it. */
#define PAINT_LAZY_FEED(ring) ((ring) / 8 * 5)
#define PAINT_REST(ring) ((ring) / 8 * 3)

enum paint_type {
	PAINT_FEED = 1,
	PAINT_SIZE = 2,
	PAINT_RENDER = 3,
	PAINT_LEAVE = 4,
	PAINT_TEXT = 5,
	PAINT_TERMINAL = 6,

	PAINT_AT = 65,
	PAINT_REPORT = 66,
	PAINT_TOTAL = 67,
	PAINT_BYTES = 68,
	PAINT_RESTS = 69,
	PAINT_THEME = 70,
	PAINT_BUSY = 71,
};

#define PAINT_NO_SCROLLBACK 1u /* RENDER: the terminal has it already */
#define PAINT_PUSH_UP 2u       /* RENDER: the terminal's screen goes into its scrollback first */
#define PAINT_SHELL 8u         /* RENDER: a shell is in front: no progress of a job is shown */
#define PAINT_LAZY 4u          /* FEED: the model is not needed yet */
#define PAINT_PRINT 32u        /* TEXT: blank rows at the end are left out; it may be as long as a rendering */
#define PAINT_ANSI 64u         /* TEXT: with colours and looks … */
#define PAINT_HTML 128u        /* TEXT: … as an HTML document */
#define PAINT_TURNED 16u       /* TERMINAL: its theme is dark, and was light, or the other way round */

struct paint_order {
	uint8_t type;
	uint64_t offset;
	uint32_t serial;     /* RENDER, LEAVE, TEXT: not 0 */
	uint32_t flags;      /* PAINT_* */
	uint16_t rows, cols; /* SIZE; RENDER: of the terminal, 0: the model's own */
	uint16_t xpixel, ypixel; /* SIZE, TERMINAL: of the terminal; 0: unknown */
	uint32_t colours[3]; /* SIZE, TERMINAL: as in struct screen_terminal */
	char line[PAINT_LINE_CAP]; /* RENDER: "" none */
	struct termcan target;     /* RENDER, LEAVE: what the terminal takes; nothing known: everything */
};

struct paint_reply {
	uint8_t type;
	uint64_t offset;
	uint32_t serial;
	uint32_t number;
	const unsigned char *data; /* REPORT, BYTES: a view into the message */
	size_t len;                /* at most PAINT_DATA_MAX */
};

/* The number of bytes written, or -EMSGSIZE. */
int paint_encode_order(const struct paint_order *m, unsigned char *out, size_t cap);
/* 0 or -EBADMSG, also for an unknown type. */
int paint_decode_order(struct paint_order *m, const void *buf, size_t len);
int paint_encode_reply(const struct paint_reply *m, unsigned char *out, size_t cap);
int paint_decode_reply(struct paint_reply *m, const void *buf, size_t len);

#endif
