/* SPDX-License-Identifier: MIT */
/* status: the answer to STATUS (common/messages/attach.h). */
#ifndef HOLDFAST_STATUS_H
#define HOLDFAST_STATUS_H

#include "attach.h"
#include "state.h"

void status_fill(const struct keeper *k, struct attach_status *s);

#endif
