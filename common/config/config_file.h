/* SPDX-License-Identifier: MIT */
/* config_file: the file holdfast.conf, and who can have written it. */
#ifndef HOLDFAST_CONFIG_FILE_H
#define HOLDFAST_CONFIG_FILE_H

#include "config.h"

/*
 * Reads the file at PATH and puts the policy for SUBJECT into *p; without such a file, the defaults.
 * 0; -EBADMSG with *e filled for a wrong line (*p is then untouched); another negative errno with *e filled when the
 * file cannot be read, has more than 1 MiB, or can be written by others than root (by owner, group or mode).
 */
int config_load(const char *path, const struct config_subject *subject, struct config_policy *p,
                struct config_error *e);
/*
 * The same, and says all mistakes, of the file and of its lines, and not only the first one.  A DRAFT must be there,
 * and may be anybody's.
 */
int config_check_file(const char *path, bool draft, const struct config_subject *subject, struct config_policy *p,
                      void (*say)(void *arg, const struct config_error *e), void *arg);

#endif
