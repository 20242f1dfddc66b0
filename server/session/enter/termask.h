/* SPDX-License-Identifier: MIT */
/*
 * termask: finds out what the terminal of a login takes (common/base/termcan.h).
 *
 * A child process does it (terminfo.h, termcharset.h): the libraries that it loads leave nothing behind in this
 * process, and files of the user's that would crash or delay them cost the login nothing but TERMASK_MS.
 */
#ifndef HOLDFAST_TERMASK_H
#define HOLDFAST_TERMASK_H

#include "envlist.h"
#include "termcan.h"

#define TERMASK_MS 500

/* By TERM, COLORTERM and the locale of ENV.  If no answer comes in time, nothing is known about the terminal. */
void termask(struct termcan *t, const struct envlist *env);

#endif
