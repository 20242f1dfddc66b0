/* SPDX-License-Identifier: MIT */
/*
 * enter: brings a login into a session (resumed, named or new) and stays until the login leaves it.  This is the
 * common part of holdfast-login, holdfast-resume, `holdfastctl attach` and `holdfastctl new`.
 */
#ifndef HOLDFAST_ENTER_H
#define HOLDFAST_ENTER_H

#include "enter_request.h"

/* Blocks until the login leaves the session.  Handles signals meanwhile and restores the terminal's settings. */
void enter_run(const struct enter_request *q, struct enter_result *res);

#endif
