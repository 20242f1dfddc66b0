/* SPDX-License-Identifier: MIT */
/*
 * target: where the client goes: what the person asked for, the evaluated configuration, and the secrets that were
 * entered on the way.
 *
 * It outlives the transports that are made from it, so that a new connection asks nothing twice.
 */
#ifndef HOLDFAST_TARGET_H
#define HOLDFAST_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"
#include "target_request.h"

struct transport_target;

/*
 * Evaluates the configuration: this runs `ssh -G` and may take as long as that does; call it while the terminal is
 * still as the person had it.  NULL: WHY (CAP bytes) says why, in one line.
 */
struct transport_target *target_new(const struct target_request *request, char *why, size_t cap);
/* Wipes the secrets.  Takes NULL. */
void target_free(struct transport_target *t);

/* What is shown for the host: as it was asked for, without the user. */
const char *target_name(const struct transport_target *t);
/* Whether what carries its bytes knows shells and commands, as ssh does, and not only holdfast. */
bool target_can_be_plain(const struct transport_target *t);
/* Which account of which host that is, for remembered.h; "" where the name is too long. */
void target_account(const struct transport_target *t, char *out, size_t cap);
/* What is carried has no terminal: the connections are marked as bulk (IPQoS), and not as interactive ones. */
void target_bulk(struct transport_target *t);
/* The evaluated configuration, forwards and environment of the command line included. */
const struct sshconfig *target_config(const struct transport_target *t);
/* Variables that SendEnv and SetEnv name, "NAME=value", SetEnv winning: a list that the target owns. */
char *const *target_environment(const struct transport_target *t);

#endif
