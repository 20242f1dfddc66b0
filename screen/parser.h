/* SPDX-License-Identifier: MIT */
/*
 * parser: turns bytes into characters, controls and sequences: the VT500's state machine, with UTF-8 in its ground
 * state and sub-parameters (colons).  Of the 8-bit controls it takes those that come as characters, U+0080 to U+009F,
 * as xterm and others do; as single bytes they are no UTF-8.
 *
 * No byte of a sequence has an effect before its end (parser_open.h writes it again), except C0 controls within, which
 * the parser executes at once and does not count as part of the sequence.
 */
#ifndef HOLDFAST_SCREEN_PARSER_H
#define HOLDFAST_SCREEN_PARSER_H

#include <stddef.h>

#include "parser_state.h"

struct screen;

void parser_feed(struct screen *s, const unsigned char *p, size_t len);
void parser_free(struct parser *p);

#endif
