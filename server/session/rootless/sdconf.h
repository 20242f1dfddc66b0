/* SPDX-License-Identifier: MIT */
/*
 * sdconf: one setting of systemd, read from its files: logind.conf(5) or a unit, with the drop-ins of all directories,
 * in the order that systemd reads them (the last one counts; "Key=" sets it back).
 */
#ifndef HOLDFAST_SDCONF_H
#define HOLDFAST_SDCONF_H

#include <stddef.h>

#define SDCONF_VALUE_CAP 256

/* Directories, the most important first, ended by NULL. */
extern const char *const sdconf_config_dirs[], *const sdconf_unit_dirs[];

/*
 * KEY of [SECTION] of the file NAME ("logind.conf", "ssh@.service") in DIRS: 0 with *VALUE; -ENODATA: it is not set;
 * -ENOENT: no such file or drop-in at all; -EACCES: something that could set it can't be read; another negative errno.
 */
int sdconf_get(const char *const *dirs, const char *name, const char *section, const char *key,
               char value[SDCONF_VALUE_CAP]);
/* The compiled-in default that the main file shows as "#Key=value": the same results. */
int sdconf_get_default(const char *const *dirs, const char *name, const char *key, char value[SDCONF_VALUE_CAP]);

#endif
