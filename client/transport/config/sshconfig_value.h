/* SPDX-License-Identifier: MIT */
/*
 * sshconfig_value: values of ssh_config(5).  Each function returns 0, or -EINVAL and leaves the result as it was.
 */
#ifndef HOLDFAST_SSHCONFIG_VALUE_H
#define HOLDFAST_SSHCONFIG_VALUE_H

#include <stdbool.h>

/* One of NAMES, which end with NULL, in any case of letters: its value of VALUES. */
int value_choice(const char *value, const char *const *names, const int *values, int *result);
/* "no", "false", "off". */
bool value_is_no(const char *value);
/* "yes", "true", "no", "false". */
int value_bool(bool *field, const char *value);
/* A number of BASE up to INT32_MAX; "none" is 0. */
int value_number(unsigned *field, const char *value, int base);
/* "90", "1m30s" (sshd_config(5), TIME FORMATS); "none" is 0. */
int value_seconds(unsigned *field, const char *value);
/* EscapeChar: "~", "^B"; ssh -G writes it as vis(3) does: "\\^B", "\\M-a", "\\M^B", "\\\\"; "none" is -1. */
int value_escape(const char *value, int *c);
/* A name or number of IPQoS: the IP_TOS byte; "none" is -1. */
int value_tos(const char *value, int *tos);

#endif
