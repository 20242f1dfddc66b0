/* SPDX-License-Identifier: MIT */
/* policy: the policy of holdfast.conf and the kill switch for one login. */
#ifndef HOLDFAST_POLICY_H
#define HOLDFAST_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "login.h"

/* Whether the kill switch PATH_DISABLED exists, or may exist. */
bool policy_disabled(void);
/*
 * The policy for the login L of USER, whose primary group is GID.
 * 0, or the refusal: VOUCH_DISABLED; VOUCH_BAD_CONFIG and VOUCH_TROUBLE, with a line for the log in TROUBLE.
 */
uint32_t policy_for(const char *user, gid_t gid, const struct login *l, struct config_policy *p, char trouble[TEXT_CAP]);
/* The identity of L under P: its own, or with MatchKey no the common one of its user's logins. */
void policy_identity(const struct config_policy *p, struct login *l);
/* Whether the host is drained: PATH_DRAIN exists, and no new sessions start. */
bool policy_draining(void);

#endif
