/* SPDX-License-Identifier: MIT */
/*
 * choose: which of the user's sessions a login resumes by itself, first version: of those that are dropped, and of the
 * same identity where that is known, the most recently dropped first.  The keeper decides in the end.
 */
#ifndef HOLDFAST_CHOOSE_H
#define HOLDFAST_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "identity.h"
#include "sessions.h"

/* Reorders LIST so that the sessions to be tried come first, best first; how many they are. */
size_t choose_candidates(struct session_list *list, const struct identity *who, bool who_known);

#endif
