/* SPDX-License-Identifier: MIT */
/*
 * preload: maps the PAM modules that the leaders are going to use into holdfastd, so that what the loader writes
 * into them (relocations, its own tables: 250 KB a leader on Debian 12) is shared by all leaders.
 *
 * Only files of root's are read: the PAM configuration that held shells have (heldstack.h), holdfast.conf, and the passwd
 * and group lines of nsswitch.conf.  Nothing of it is run but what the loader runs (constructors).  A module that is not
 * there, or can't be loaded, is passed over: PAM says what there is to say, in the leader.
 */
#ifndef HOLDFAST_PRELOAD_H
#define HOLDFAST_PRELOAD_H

#include <stddef.h>

#define PRELOAD_MAX 48
#define PRELOAD_NAME 256

/* The libraries of name services that FILE, an nsswitch.conf(5), names, each once: how many, at most MAX. */
size_t preload_nss_names(const char *file, char (*names)[PRELOAD_NAME], size_t max);
/*
 * Loads them, once a child has shown that it goes well: that it does not hang or crash, and starts no thread,
 * which a fork would lose.  Before there are other children.
 */
void preload_run(void);
/* In a leader, before PAM: lets go of what was replaced on disk since, so that PAM loads what there is now. */
void preload_refresh(void);

#endif
