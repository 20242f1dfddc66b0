/* SPDX-License-Identifier: MIT */
/*
 * history: the scrollback, as logical lines: a line that was wrapped is one line.
 *
 * A line is a string of characters in UTF-8 with changes of style and link, and a shell's marks, between them
 * (history_next reads it).
 * It has no positions without text: blanks are spaces.  Where a program placed text absolutely behind characters whose
 * width is doubtful (flow.h), the line has the column, until the width changes.  Where its rows end follows from the
 * width: a row that ends one column early does so because a wide character did not fit.  Bounded in lines and bytes;
 * the oldest go first.
 *
 * The functions are defined in history.c, which writes lines, and in history_read.c.
 */
#ifndef HOLDFAST_SCREEN_HISTORY_H
#define HOLDFAST_SCREEN_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster.h"
#include "history_state.h"
#include "mark.h"
#include "style.h"

/* A line that is longer goes on as another one. */
#define HISTORY_LINE_MAX 65536
/* The bytes of links that a line may hold; others become plain text. */
#define HISTORY_LINKS_MAX 32768

/* In a line: a shell's mark, encoded in the MARK_BYTES behind this byte (mark.h). */
#define HISTORY_MARK 0x03
#define HISTORY_MARK_BYTES (1 + MARK_BYTES)

struct screen;
struct row;

/* A place in a line, and what holds there. */
struct history_at {
	const unsigned char *p, *end;
	struct style style;
	const char *link;      /* not ended by NUL */
	size_t link_len;
	bool changed;          /* style or link differ from those of the character before */
	bool marked;           /* it is no character but MARK */
	struct mark mark;
	struct cluster what;   /* the character */
	unsigned width;
	bool grouped;          /* it came about while ?2027 was set, and would not have without */
	bool shifted;          /* it follows doubtful characters (flow.h) */
	bool shifts;           /* what comes behind it does */
	unsigned column;       /* 0, or 1 and the column of the row that a program moved to before it */
};

void history_free(struct history *h);
size_t history_lines(const struct history *h);
/* Line I, the oldest is 0. */
const unsigned char *history_line(const struct history *h, size_t i, size_t *len);
/* Lines one after the other, beginning with line NEXT: all zero but H and NEXT at first. */
struct history_lines {
	const struct history *h;
	size_t next;               /* behind LINE */
	const unsigned char *line; /* LEN bytes, which are H's */
	size_t len;
};
/* Moves on to the next line; false: there is none. */
bool history_lines_next(struct history_lines *l);
void history_clear(struct history *h);
size_t history_memory(const struct history *h);

/*
 * Adds ROW of S as it goes off the top: to the last line if ON, else as a new one.  WRAPPED: the row below it goes
 * on with it.
 */
void history_push(struct screen *s, const struct row *row, bool on, bool wrapped);
void history_begin(struct history_at *at, const unsigned char *line, size_t len);
/* Reads the next character or mark; false at the end of the line. */
bool history_next(struct history_at *at);
/* Takes the columns that programs moved to out of LINE, which is LEN bytes; its new length. */
size_t history_unplace(unsigned char *line, size_t len);

#endif
