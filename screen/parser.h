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

#include "parser_state.h"

struct screen;

void parser_feed(struct screen *s, const unsigned char *p, size_t len);
/* Writes what is open to BUF, of PARSER_OPEN_MAX bytes; how many. */
size_t parser_open(const struct parser *p, unsigned char *buf);
bool parser_equal(const struct parser *a, const struct parser *b);
void parser_free(struct parser *p);

#endif
