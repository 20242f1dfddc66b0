/* SPDX-License-Identifier: MIT */
/*
 * parser: turns bytes into characters, controls and sequences: the VT500's state machine, with UTF-8 in its ground
 * state and sub-parameters (colons).  It does not recognise 8-bit controls.
 *
 * parser_open writes the open part of a sequence as bytes again.  No byte of a sequence has an effect before its end,
 * except C0 controls within, which the parser executes at once and does not count as part of the sequence.
 */
#ifndef HOLDFAST_SCREEN_PARSER_H
#define HOLDFAST_SCREEN_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "parser_state.h"

struct screen;

void parser_feed(struct screen *s, const unsigned char *p, size_t len);
/* Writes the open sequence to BUF, of PARSER_OPEN_MAX bytes; returns the length. */
size_t parser_open(const struct parser *p, unsigned char *buf);
bool parser_equal(const struct parser *a, const struct parser *b);
void parser_free(struct parser *p);

#endif
