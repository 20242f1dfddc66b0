/* SPDX-License-Identifier: MIT */
/*
 * termfacts: what a terminal takes, by its TERM: from terminfo, and from a short list of families of terminals whose
 * parser is known.  docs/SCREEN.md ("Another terminal") has the rules.
 */
#ifndef HOLDFAST_TERMFACTS_H
#define HOLDFAST_TERMFACTS_H

#include "termcan.h"

/* Sets all of T but the character set, which is there already.  COLORTERM may be NULL. */
void termfacts_find(struct termcan *t, const char *term, const char *colorterm);

#endif
