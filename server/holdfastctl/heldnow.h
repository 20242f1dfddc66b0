/* SPDX-License-Identifier: MIT */
/* heldnow: what is held on this host at the moment, for an administrator who drains it or removes holdfast. */
#ifndef HOLDFAST_HELDNOW_H
#define HOLDFAST_HELDNOW_H

#include "json.h"
#include "lsdetails.h"
#include "sessionlist.h"

/*
 * How many sessions A has, and a line for each terminal and client that is attached to one; D: lsdetails_take() of A.
 */
void heldnow_print(const struct sessionlist *a, const struct lsdetails *d);
/* The same as members of the object that J is in. */
void heldnow_json(struct json *j, const struct sessionlist *a, const struct lsdetails *d);
/* How many there are and whose, and what becomes of them when the package is removed; nothing where none is held. */
void heldnow_before_removal(const struct sessionlist *a);

#endif
