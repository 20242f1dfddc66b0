/* SPDX-License-Identifier: MIT */
/*
 * parser: from bytes to characters, controls and sequences: a state machine as that of the VT500 series, with UTF-8
 * in its ground state and sub-parameters (colons).  8-bit controls are not taken as such.
 *
 * What is open at any moment can be said again as bytes (parser_open): no bytes of a sequence have an effect before
 * its end, except the C0 controls within, which are done at once and are not part of it.
 */
#ifndef HOLDFAST_SCREEN_PARSER_H
#define HOLDFAST_SCREEN_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARAMS_MAX 32
#define PARAM_MAX 65535
#define INTERMEDIATES_MAX 2
#define STRING_MAX 4096
#define STRING_LINK_MAX 8192 /* OSC 8 */
/* The longest that parser_open says. */
#define PARSER_OPEN_MAX (STRING_LINK_MAX + 16)

enum parser_state {
	PARSER_GROUND,
	PARSER_ESCAPE,
	PARSER_CSI,
	PARSER_CSI_IGNORE,
	PARSER_STRING,
};

struct parser {
	enum parser_state state;
	/* Ground: a character that is not whole. */
	unsigned char utf8[4];
	unsigned char utf8_n, utf8_need;
	/* ESC and CSI. */
	unsigned char intermediate[INTERMEDIATES_MAX + 1];
	unsigned char nintermediate; /* INTERMEDIATES_MAX + 1: too many */
	char private;                /* < = > ? or 0 */
	bool toomany;                /* parameters: the rest are dropped */
	unsigned nparam;
	uint32_t sub;                /* bit I: parameter I is a sub-parameter of the one before */
	uint16_t param[PARAMS_MAX];
	/* Strings: ']' OSC, 'P' DCS, '_' APC, '^' PM, 'X' SOS and all others that were too long. */
	char kind;
	bool overflow;               /* nothing is kept any more */
	bool control;                /* tmux speaks its control mode (tmux -CC) until the string ends */
	unsigned string_len, string_cap;
	char *string;
};

struct screen;

void parser_feed(struct screen *s, const unsigned char *p, size_t len);
/* Writes what is open to BUF, of PARSER_OPEN_MAX bytes; how many. */
size_t parser_open(const struct parser *p, unsigned char *buf);
bool parser_equal(const struct parser *a, const struct parser *b);
void parser_free(struct parser *p);

/* Parameter I, or DEFLT if it was left out or is 0. */
static inline unsigned
parser_param(const struct parser *p, unsigned i, unsigned deflt)
{
	return i < p->nparam && p->param[i] ? p->param[i] : deflt;
}

#endif
