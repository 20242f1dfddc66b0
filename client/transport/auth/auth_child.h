/* SPDX-License-Identifier: MIT */
/* auth_child: answers the questions of an ssh that is our child, from the secrets of its target or by the person. */
#ifndef HOLDFAST_AUTH_CHILD_H
#define HOLDFAST_AUTH_CHILD_H

#include "askpass.h"
#include "target_state.h"
#include "transport.h"

#define AUTH_CHILD_ASKED 16

/* What one ssh has asked: all zero at first. */
struct auth_child {
	unsigned long asked[AUTH_CHILD_ASKED]; /* hashes of names: an answer that is asked for again was wrong */
	unsigned count;
};

/*
 * Takes a question of A's and answers it: 0; 1: it was none, ssh has logged in (askpass_sign); or -ECANCELED: the
 * person does not want to go on.
 */
int auth_child_serve(struct auth_child *c, const struct askpass *a, struct transport_target *t,
                     const struct transport_asking *asking);

#endif
