/* SPDX-License-Identifier: MIT */
/* config_number: numbers and times as in holdfast.conf. */
#ifndef HOLDFAST_CONFIG_NUMBER_H
#define HOLDFAST_CONFIG_NUMBER_H

#include <stdint.h>

/* Reads a number of at least one digit and at most MAX at *P, and moves *P behind it: 0 or -EBADMSG. */
int config_number(const char **p, uint64_t max, uint64_t *v);
/* Reads a time ("90", "15s", "1h30m") of at most MAX seconds: 0 or -EBADMSG. */
int config_seconds(const char *text, uint64_t max, uint64_t *seconds);

#endif
