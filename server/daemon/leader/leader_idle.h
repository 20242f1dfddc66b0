/* SPDX-License-Identifier: MIT */
/* leader_idle: tells the keeper what follows when nobody types: IdleDetach, and what logind does (leadermsg.h, IDLE). */
#ifndef HOLDFAST_LEADER_IDLE_H
#define HOLDFAST_LEADER_IDLE_H

#include "leader.h"

/* Before each answer to a claim, and after the INIT of a session that runs: logind's settings may be others by now. */
void leader_idle_tell(struct leader *l);

#endif
