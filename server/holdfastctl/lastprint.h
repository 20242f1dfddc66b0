/* SPDX-License-Identifier: MIT */
/* lastprint: how holdfastctl last prints records of ends. */
#ifndef HOLDFAST_LASTPRINT_H
#define HOLDFAST_LASTPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "endrecord.h"

/* A line for each of the COUNT records at V; with USER, whose session it was. */
void lastprint_table(const struct endrecord *v, size_t count, bool user);
/* All that is known of one. */
void lastprint_one(const struct endrecord *r);
void lastprint_json(const struct endrecord *v, size_t count);

#endif
