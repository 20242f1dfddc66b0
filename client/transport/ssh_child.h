/* SPDX-License-Identifier: MIT */
/* ssh_child: starts the ssh that carries the bytes, which outlives the signals that are for the client. */
#ifndef HOLDFAST_SSH_CHILD_H
#define HOLDFAST_SSH_CHILD_H

#include "child.h"
#include "target_state.h"

/* As child_start(), for an ssh to T. */
int ssh_child_start(struct child *c, const struct transport_target *t, char *const *argv, char *const *env);

#endif
