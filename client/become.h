/* SPDX-License-Identifier: MIT */
/* become: ssh takes our place, for what a held session cannot be and for a host that does not hold one. */
#ifndef HOLDFAST_BECOME_H
#define HOLDFAST_BECOME_H

#include "options.h"

/*
 * Executes ssh (or the ssh or plink of --transport) with the person's own command line, our own options taken out and
 * MORE (one option of ssh's; NULL: none) put in; standard error is ERRORS again.  The exit status, if that failed; a
 * line on standard error has then said why.
 */
int become_ssh(const struct options *o, const char *more, int errors);

/* That command line: 0, *ARGV (NULL before) is a list of the caller's; or the exit status, as with become_ssh. */
int become_line(const struct options *o, const char *more, char ***argv);
/* Executes ARGV in the same way. */
int become_exec(const struct options *o, char *const *argv, int errors);

#endif
