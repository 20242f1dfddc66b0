/* SPDX-License-Identifier: MIT */
/* vital_check: whether the state that another keeper has left in the session's memory (vital.h) can be believed. */
#ifndef HOLDFAST_VITAL_CHECK_H
#define HOLDFAST_VITAL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "vital_layout.h"

/* The part of that type, or NULL. */
const struct vital_part *vital_part(const struct vital_head *h, enum vital_type type);
/* The head and the layout, in a memory of SIZE bytes: 0, or -EPROTO. */
int vital_check_head(const struct vital_head *h, uint64_t size);
/* Whether the call of I is one, and of something that there is. */
bool vital_check_intent(const struct vital_intent *i);
/* The counters, with input queues of QUEUE bytes.  RING: bytes of a command's ring; 0: all output may be overwritten. */
bool vital_check_live(const struct vital_live *l, uint64_t queue, uint64_t ring);
/* The facts, for output up to HEAD. */
bool vital_check_facts(const struct vital_facts *f, uint64_t head);

#endif
