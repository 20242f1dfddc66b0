/* SPDX-License-Identifier: MIT */
/* auth_run: logs in, by the methods that host and configuration both want, in turn. */
#ifndef HOLDFAST_AUTH_RUN_H
#define HOLDFAST_AUTH_RUN_H

#include "auth.h"

/* 0, or -EACCES: refused; -ECANCELED; -ECONNRESET: the connection is gone.  a->why is then one line for the person. */
int auth_run(struct auth *a);

#endif
