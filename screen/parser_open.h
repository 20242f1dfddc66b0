/* SPDX-License-Identifier: MIT */
/*
 * parser_open: the open part of a sequence, as bytes again.
 */
#ifndef HOLDFAST_SCREEN_PARSER_OPEN_H
#define HOLDFAST_SCREEN_PARSER_OPEN_H

#include <stdbool.h>
#include <stddef.h>

#include "parser_state.h"

/* Writes the open sequence to BUF, of PARSER_OPEN_MAX bytes; returns the length. */
size_t parser_open(const struct parser *p, unsigned char *buf);
/* Whether the same sequence is open. */
bool parser_equal(const struct parser *a, const struct parser *b);

#endif
