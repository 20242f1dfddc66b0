/* SPDX-License-Identifier: MIT */
/* policy: what holdfast.conf and the kill switch say for one login. */
#ifndef HOLDFAST_POLICY_H
#define HOLDFAST_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "login.h"

/* Whether the kill switch PATH_DISABLED is there, or can't be looked for. */
bool policy_disabled(void);
/*
 * The policy for the login L of USER, whose primary group is GID.
 * 0, or what refuses: VOUCH_DISABLED, VOUCH_BAD_CONFIG (the log has the line), VOUCH_TROUBLE.
 */
uint32_t policy_for(const char *user, gid_t gid, const struct login *l, struct config_policy *p);
/* The identity that counts for L under P: its own, or where MatchKey is no the one that all of its user's have. */
void policy_identity(const struct config_policy *p, struct login *l);
/* Whether the host is being drained: PATH_DRAIN is there.  No new sessions. */
bool policy_draining(void);

#endif
