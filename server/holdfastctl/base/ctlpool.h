/* SPDX-License-Identifier: MIT */
/* ctlpool: the sessions of ctl_uid() on all nodes of the pool, and whether one may be started. */
#ifndef HOLDFAST_CTLPOOL_H
#define HOLDFAST_CTLPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "poolask.h"
#include "sessions.h"

/* As poolask(): of the caller by way of holdfastd, and for root, of any user.  Free with poolask_free in any case. */
int ctlpool_ask(struct pool_answer *a);
/*
 * Refuses an invalid name, and one that another session of LIST than EXCEPT (0: none) has, or, as far as this node
 * knows, one on another node: CTL_OK, or the exit status after an error that it has printed.
 */
int ctl_name_free(const struct session_list *list, const char *name, uint32_t except);
/*
 * Whether a session of NAME may be started, which is no other's (NULL: none): as ctl_name_free().  Sets *INSIDE: the
 * caller is in a held shell.  Root's switch is asked for elsewhere (ctl_switched_on, holdfastd).  Opt-outs do not count:
 * they are for logins, and a user who calls this wants a session.
 */
int ctl_may_start(const char *name, bool *inside);

#endif
