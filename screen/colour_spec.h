/* SPDX-License-Identifier: MIT */
/* colour_spec: the ways in which a program says a colour (XParseColor(3)). */
#ifndef HOLDFAST_SCREEN_COLOUR_SPEC_H
#define HOLDFAST_SCREEN_COLOUR_SPEC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads the colour that TEXT says: rgb:h/h/h with 1 to 4 digits each, #hhh to #hhhhhhhhhhhh, or a name that X knows.
 * False: another way, such as rgbi: and CIEXYZ:, whose colours depend on the X server; *RGB is untouched.
 */
bool colour_spec(const char *text, uint32_t *rgb);

#endif
