/* SPDX-License-Identifier: MIT */
/* lsprint: a list of sessions as a table for people, or as JSON. */
#ifndef HOLDFAST_LSPRINT_H
#define HOLDFAST_LSPRINT_H

#include <stdbool.h>

#include "sessionlist.h"

struct lsprint {
	bool user;  /* with the user's name */
	bool more;  /* with processor time, memory, processes, and versions of programs */
};

void lsprint_table(const struct sessionlist *a, const struct lsprint *how);
void lsprint_json(const struct sessionlist *a, const struct lsprint *how);

#endif
