/* SPDX-License-Identifier: MIT */
/* parser_state: where the parser (parser.h) stands; a part of the model. */
#ifndef HOLDFAST_SCREEN_PARSER_STATE_H
#define HOLDFAST_SCREEN_PARSER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#define PARAMS_MAX 32
#define PARAM_MAX 65535
#define INTERMEDIATES_MAX 2
#define STRING_MAX 4096
#define STRING_LINK_MAX 8192 /* OSC 8 */
/* What tmux -CC begins with, in a DCS; a rendering says so in a SOS. */
#define PARSER_CONTROL_MODE "1000p"
#define PARSER_CONTROL_MODE_LEN 5
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
	/* A character that is not whole; in sequences and strings only one that may be a C1 control. */
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
	char image;                  /* 'G', 'S', 's', 'I': an image's string, of which the head is kept (image.h) */
	uint16_t bands;              /* of a sixel image, behind its head */
	unsigned string_len, string_cap;
	char *string;
};

/* Parameter I, or DEFLT if it was left out or is 0. */
static inline unsigned
parser_param(const struct parser *p, unsigned i, unsigned deflt)
{
	return i < p->nparam && p->param[i] ? p->param[i] : deflt;
}

#endif
