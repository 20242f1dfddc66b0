/* SPDX-License-Identifier: MIT */
/* status: the answers to STATUS and WHO (common/messages/attach.h). */
#ifndef HOLDFAST_STATUS_H
#define HOLDFAST_STATUS_H

#include "attach.h"
#include "state.h"

/* The state that others see: an enum attach_state. */
enum attach_state status_state(const struct keeper *k);
void status_fill(const struct keeper *k, struct attach_status *s);
/* The answer to WHO: the number of bytes written to OUT, or -EMSGSIZE. */
int status_put_who(const struct keeper *k, unsigned char *out, size_t cap);

#endif
