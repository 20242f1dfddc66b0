/* SPDX-License-Identifier: MIT */
/*
 * sshprogram: which program is ssh: $HOLDFAST_SSH, else the first "ssh" on PATH that is not this program.
 *
 * A person may call holdfast "ssh": by a link or a copy of it on PATH, or by a script.  A link is known by its file.
 * What was chosen, and how many of us are above, stands in the environment (HOLDFAST_VIA) for a holdfast that the
 * chosen program starts: that one takes another ssh, if there is one, and gives up after some turns.
 */
#ifndef HOLDFAST_SSHPROGRAM_H
#define HOLDFAST_SSHPROGRAM_H

#include <stdbool.h>

/* Its path until the next call; "ssh" if PATH has none.  Sets HOLDFAST_VIA: only for the first thread. */
const char *sshprogram(void);
/* Whether that path is a program's. */
bool sshprogram_is_there(const char *path);
/* Whether holdfast and that program start each other. */
bool sshprogram_loops(void);

/* The version of OpenSSH that PROGRAM says it is (-V): 805 for 8.5; 0: it is none, or does not say so in time. */
unsigned sshprogram_version(const char *program);

#endif
