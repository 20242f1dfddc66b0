/* SPDX-License-Identifier: MIT */
/*
 * subsystem_script: SCRIPT of docs/PROTOCOL.md: holdfastctl(1) works a session for a client that is not attached to it.
 *
 * The installed holdfastctl is run, with the login's rights, for the few verbs that a client may name; so a script has
 * the same answers, limits and exit statuses over the protocol as on the host.
 */
#ifndef HOLDFAST_SUBSYSTEM_SCRIPT_H
#define HOLDFAST_SUBSYSTEM_SCRIPT_H

#include <stdbool.h>

#include "frame_script.h"

/* Whether a client may ask for VERB. */
bool subsystem_script_verb(const char *verb);
/*
 * Runs PROGRAM for the request M, and carries its input and output as frames over IN and OUT until it has ended or the
 * client has gone.  Returns the exit status of the subsystem: 0 once SCRIPT_END is written.
 */
int subsystem_script_run(const char *program, const struct frame_script *m, int in, int out);

#define SUBSYSTEM_SCRIPT_PROGRAM HOLDFAST_BINDIR "/holdfastctl"

#endif
