/* SPDX-License-Identifier: MIT */
/*
 * sdconf: reads one setting of systemd from its files: logind.conf(5) or a unit, with the drop-ins of all
 * directories, in systemd's order (the last one is used; "Key=" resets it).
 */
#ifndef HOLDFAST_SDCONF_H
#define HOLDFAST_SDCONF_H

#include <stddef.h>

#define SDCONF_VALUE_CAP 256

/* Directories, the most important first, ended by NULL. */
extern const char *const sdconf_config_dirs[], *const sdconf_unit_dirs[];

/* Those of logind.conf: elogind's, where that runs without systemd. */
const char *const *sdconf_login_dirs(void);
/*
 * KEY of [SECTION] of the file NAME ("logind.conf", "ssh@.service") in DIRS: 0 with *VALUE; -ENODATA: it is not set;
 * -ENOENT: no such file or drop-in at all; -EACCES: cannot read a file that may set it; another negative errno.
 */
int sdconf_get(const char *const *dirs, const char *name, const char *section, const char *key,
               char value[SDCONF_VALUE_CAP]);
/* The compiled-in default that the main file shows as "#Key=value": the same results. */
int sdconf_get_default(const char *const *dirs, const char *name, const char *key, char value[SDCONF_VALUE_CAP]);

#endif
