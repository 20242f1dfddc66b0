/* SPDX-License-Identifier: MIT */
/*
 * brought: the environment for a hop of a process that a shell has started (holdfastctl, the subsystem behind `shell -c`).
 *
 * A hop passes the agent and the display on to another node.  Those are the login's own to pass on, as sshd gave them to
 * the first process of the login; what start-up files have put in their place, or the person has started on this node,
 * stays on this node.
 */
#ifndef HOLDFAST_BROUGHT_H
#define HOLDFAST_BROUGHT_H

#include "envlist.h"

/*
 * Our own environment, but of SSH_AUTH_SOCK and DISPLAY what the first process below our sshd began with; neither where
 * no sshd is among our parents.  0 with *OUT, which was empty and is the caller's to free, or -ENOMEM.
 */
int brought_environment(struct envlist *out);

#endif
