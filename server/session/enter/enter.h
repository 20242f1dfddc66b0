/* SPDX-License-Identifier: MIT */
/*
 * enter: gets a login into a session (resumed, named or new) and stays until it is out again.  The whole of
 * holdfast-login, holdfast-resume, `holdfastctl attach` and `holdfastctl new` but for their manners.
 */
#ifndef HOLDFAST_ENTER_H
#define HOLDFAST_ENTER_H

#include "enter_request.h"

/* Blocks until it is over.  Handles its own signals meanwhile and restores the terminal's settings. */
void enter_run(const struct enter_request *q, struct enter_result *res);

#endif
