/* SPDX-License-Identifier: MIT */
/* enter_claim: the login as it chooses and claims a session of this node. */
#ifndef HOLDFAST_ENTER_CLAIM_H
#define HOLDFAST_ENTER_CLAIM_H

#include "choose.h"
#include "enter_private.h"

#define ENTER_LIST_MS 500 /* for all keepers together; a stopped one is skipped */

/* The login, for choose.h. */
struct choose_login enter_describe(const struct enter *e);
/* For the event: how the session that is claimed next was chosen. */
void enter_chose(struct enter *e, enum attach_chose how);
/* Claims session ID: 0, -ELOOP: the login comes out of it, or an error of attaching_claim. */
int enter_claim(struct enter *e, uint32_t id, enum attach_mode mode);

#endif
