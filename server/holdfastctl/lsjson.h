/* SPDX-License-Identifier: MIT */
/* lsjson: a list of sessions as JSON; docs/schema/ describes it. */
#ifndef HOLDFAST_LSJSON_H
#define HOLDFAST_LSJSON_H

#include "json.h"
#include "lsdetails.h"
#include "lsprint.h"
#include "sessionlist.h"

/* The members of one that is attached. */
void lsjson_attached(struct json *j, const struct lsdetails_one *one);
void lsjson_print(const struct sessionlist *a, const struct lsprint *how);

#endif
