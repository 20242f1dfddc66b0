/* SPDX-License-Identifier: MIT */
/* subsystem_list: LIST_IS of docs/PROTOCOL.md: the user's sessions for a framed client. */
#ifndef HOLDFAST_SUBSYSTEM_LIST_H
#define HOLDFAST_SUBSYSTEM_LIST_H

#include <stddef.h>

#include "enter.h"

/* Writes the whole frame to OUT: its length, or a negative errno.  Q is the login's request. */
int subsystem_list(const struct enter_request *q, unsigned char *out, size_t cap);

#endif
