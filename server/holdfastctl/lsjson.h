/* SPDX-License-Identifier: MIT */
/* lsjson: a list of sessions as JSON; docs/schema/ describes it. */
#ifndef HOLDFAST_LSJSON_H
#define HOLDFAST_LSJSON_H

#include "lsprint.h"
#include "sessionlist.h"

void lsjson_print(const struct sessionlist *a, const struct lsprint *how);

#endif
