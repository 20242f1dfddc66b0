/* SPDX-License-Identifier: MIT */
/* strings: operating system commands (titles, links, colours, the directory), DECRQSS, XTGETTCAP; others do nothing. */
#ifndef HOLDFAST_SCREEN_STRINGS_H
#define HOLDFAST_SCREEN_STRINGS_H

#include <stddef.h>

struct screen;

/* TEXT of LEN bytes came in a string of KIND (parser.h). */
void strings_dispatch(struct screen *s, char kind, const char *text, size_t len);

#endif
