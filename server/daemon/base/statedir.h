/* SPDX-License-Identifier: MIT */
/* statedir: the directories below PATH_STATE, which outlive the host's boots.  What is in them is for people alone. */
#ifndef HOLDFAST_STATEDIR_H
#define HOLDFAST_STATEDIR_H

enum statedir { STATEDIR_TOP, STATEDIR_ENDS, STATEDIR_RUNNING, STATEDIR_EVENTS, STATEDIR_SAID };

/* Opens it, and makes it if it is missing: a descriptor, or a negative errno (-EPERM: not root's, or others may write). */
int statedir_open(enum statedir which);

#endif
