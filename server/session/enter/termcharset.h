/* SPDX-License-Identifier: MIT */
/* termcharset: the character set of a login's terminal, as its locale names it. */
#ifndef HOLDFAST_TERMCHARSET_H
#define HOLDFAST_TERMCHARSET_H

#include "termcan.h"

/*
 * LOCALE is the value of LC_ALL, LC_CTYPE or LANG, or NULL.  Sets TERMCAN_UTF8, or the characters of the upper half of
 * a set of 8 bits, or neither: ASCII (also for sets of several bytes that are not UTF-8).  No locale, "C" and "POSIX"
 * say nothing about a terminal: then it is one of UTF-8.  Loads the locale and a converter, so only a child does it.
 */
void termcharset_find(struct termcan *t, const char *locale);

#endif
