/* SPDX-License-Identifier: MIT */
/*
 * shellenv: which variables reach a held shell.
 *
 * As in sshd, later ones win: what the login had (without what must not travel on), then what root's part says
 * (PAM environment, HOME, …), then HOLDFAST_SESSION, HOLDFAST_PLACE and SSH_AUTH_SOCK.
 */
#ifndef HOLDFAST_SHELLENV_H
#define HOLDFAST_SHELLENV_H

#include <stdbool.h>
#include <stdint.h>

#include "envlist.h"

struct shellenv_facts {
	uint32_t session;
	const char *agent_path; /* of the session's place; the place is its directory */
	const char *tty;        /* the session's terminal, "" without one */
	const char *accept;     /* AcceptEnv: patterns of what else is taken of the login's (common/match.h) */
};

/*
 * Puts the environment together in *OUT (empty before, the caller's to free): 0, -E2BIG or -ENOMEM.
 * The agent path replaces SSH_AUTH_SOCK where the login has one; a login without an agent gets none, so that start-up
 * files which then start an agent of their own go on doing it.  A login that has no terminal gets the session's as
 * SSH_TTY, as sshd would say it.
 */
int shellenv_make(struct envlist *out, const struct envlist *login, const struct envlist *root,
                  const struct shellenv_facts *f);
/* Whether the variable of ENTRY ("NAME=value") may be taken over from a login. */
bool shellenv_may_travel(const char *entry);
/*
 * What `holdfastctl env` tells an old shell of a newer login: *OUT (empty before) gets those variables of LOGIN that
 * name its connection (SSH_CLIENT, DISPLAY …), with SSH_AUTH_SOCK replaced as above.
 */
int shellenv_connection(struct envlist *out, const struct envlist *login, const char *agent_path);

#endif
