/* SPDX-License-Identifier: MIT */
/*
 * leader_main: opens the PAM session and the pty of a new session, starts its keeper as the user, and closes the PAM
 * session at the end.  Run by the helper that was asked for it, in its process, with default signals.
 */
#ifndef HOLDFAST_LEADER_MAIN_H
#define HOLDFAST_LEADER_MAIN_H

#include "leader_order.h"

/* Returns when the session is over or never came to be: the process' exit status. */
int leader_main(const struct leader_order *order);

#endif
