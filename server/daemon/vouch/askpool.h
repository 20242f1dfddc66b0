/* SPDX-License-Identifier: MIT */
/*
 * askpool: a helper between a user's process and holdfast-pool (VOUCH_OP_POOL, VOUCH_OP_HELD; poolmsg.h).
 *
 * holdfast-pool answers only root, and root asks for the caller's own name alone.  The caller reads the answer itself,
 * from the connection that the helper has asked over, and so cannot keep root waiting.
 */
#ifndef HOLDFAST_ASKPOOL_H
#define HOLDFAST_ASKPOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config_pool.h"
#include "ticket.h"

/* Whether a login with that policy may ask. */
bool askpool_may(const struct config_pool *p);
/* Answers POOL for USER, or for WHAT (enum pool_what) MEMBERS: 0, or a negative errno where CONN takes no answer. */
int askpool_answer(int conn, uint32_t what, const char *user);
/*
 * The same without a verified login: for the user of TICKET, if that is a login of CALLER's, else for CALLER's name in
 * the user database; holdfast.conf is looked at first.
 */
void askpool_unvouched(int conn, uid_t caller, const struct ticket *ticket, uint32_t what);
/*
 * Answers HELD: if CALLER is the user of holdfast-pool, or root, all leaders and this process tell it once more.  For
 * that user one helper does so at a time, and stays for two seconds then; others refuse.
 */
void askpool_held(int conn, uid_t caller);

#endif
