/* SPDX-License-Identifier: MIT */
/*
 * preload: maps the PAM modules of the leaders into holdfastd, so that all leaders share the pages that the loader
 * writes (relocations, its own tables: 250 KB per leader on Debian 12).
 *
 * It reads only files of root's: the PAM configuration of held shells (heldstack.h), holdfast.conf, and the passwd
 * and group lines of nsswitch.conf.  Of the modules only the constructors run, by the loader.  A module that is missing
 * or cannot be loaded is skipped; PAM reports it in the leader.
 */
#ifndef HOLDFAST_PRELOAD_H
#define HOLDFAST_PRELOAD_H

#include <stddef.h>

#define PRELOAD_MAX 48
#define PRELOAD_NAME 256

/* The libraries of the name services in FILE, an nsswitch.conf(5), each once.  Returns their number, at most MAX. */
size_t preload_nss_names(const char *file, char (*names)[PRELOAD_NAME], size_t max);
/*
 * Loads them after a child has tried the same without hanging, crashing or starting a thread (a fork would lose
 * threads). Call it before there are other children.
 */
void preload_run(void);
/* In a leader, before PAM: unloads modules that were replaced on disk since, so that PAM loads the new ones. */
void preload_refresh(void);

#endif
