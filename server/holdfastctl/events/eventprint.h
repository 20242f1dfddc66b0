/* SPDX-License-Identifier: MIT */
/* eventprint: an event as a line for people, or as a JSON object (docs/schema/event.json). */
#ifndef HOLDFAST_EVENTPRINT_H
#define HOLDFAST_EVENTPRINT_H

#include <stdbool.h>

#include "event.h"

/* The heading of the lines; USER: with a column for the user. */
void eventprint_head(bool user);
void eventprint_line(const struct event *e, bool user);
/* One object in one line. */
void eventprint_json(const struct event *e);
/* Whether the value of the field KEY is a number in JSON; for the tests: the names of all those. */
bool eventprint_is_number(const char *key);

#endif
