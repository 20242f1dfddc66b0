/* SPDX-License-Identifier: MIT */
/* config_number: the numbers in holdfast.conf's values. */
#ifndef HOLDFAST_CONFIG_NUMBER_H
#define HOLDFAST_CONFIG_NUMBER_H

#include <stdint.h>

/* Takes the digits at *P, at least one, which are at most MAX: 0 or -EBADMSG. */
int config_number(const char **p, uint64_t max, uint64_t *v);

#endif
