/* SPDX-License-Identifier: MIT */
/*
 * terminfo: the system's database of terminals, read by ncurses' libtinfo.
 *
 * The library is loaded when it is needed, and not linked: it would cost each login 60 KB for as long as it lasts.  It
 * reads files that the user may have written (~/.terminfo, TERMINFO), so only a child process loads it (termask.h).
 */
#ifndef HOLDFAST_TERMINFO_H
#define HOLDFAST_TERMINFO_H

#include <stdbool.h>

struct terminfo {
	int (*num)(const char *name);
	int (*flag)(const char *name);
	char *(*str)(const char *name);
};

/* Loads the entry of TERM, for the life of the process.  False: there is no library, or no such entry. */
bool terminfo_open(struct terminfo *t, const char *term);
/* A number, -1: none.  A flag, also an extended one that is a number or a string.  A string, "": none. */
int terminfo_number(const struct terminfo *t, const char *name);
bool terminfo_flag(const struct terminfo *t, const char *name);
const char *terminfo_string(const struct terminfo *t, const char *name);

#endif
