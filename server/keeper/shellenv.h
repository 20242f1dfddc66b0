/* SPDX-License-Identifier: MIT */
/*
 * shellenv: which variables reach a held shell.
 *
 * They are the variables that sshd gave the login's own shell.  They come from three places, and a later one wins:
 * the login (without the variables that belong to one connection); the leader (PAM environment, HOME, ...), which of
 * the variables that both have replaces only those that a session has to have of its own; SSH_TTY, SSH_AUTH_SOCK and
 * HOLDFAST_*.
 */
#ifndef HOLDFAST_SHELLENV_H
#define HOLDFAST_SHELLENV_H

#include <stdbool.h>
#include <stdint.h>

#include "envlist.h"

struct shellenv_facts {
	uint32_t session;
	const char *dir;        /* the session's directory */
	const char *agent_path;
	const char *tty;        /* the session's terminal, "" without one */
	const char *accept;     /* AcceptEnv: patterns of further variables to take from the login (common/config/match.h) */
};

/*
 * Puts the environment together in *OUT (empty before, the caller's to free): 0, -E2BIG or -ENOMEM.
 * The agent path replaces SSH_AUTH_SOCK where the login has one; a login without an agent gets none, so that start-up
 * files which then start an agent of their own go on doing it.  SSH_TTY is the session's terminal for as long as that
 * lives; HOLDFAST_TERM is the TERM that it begins with.
 */
int shellenv_make(struct envlist *out, const struct envlist *login, const struct envlist *root,
                  const struct shellenv_facts *f);
/* Whether the variable of ENTRY ("NAME=value") may be taken over from a login. */
bool shellenv_may_travel(const char *entry);
/*
 * What `holdfastctl env` tells an old shell of a newer login: *OUT (empty before) gets TERM and those variables of
 * LOGIN that name its connection (SSH_CLIENT, DISPLAY ...), with SSH_AUTH_SOCK and SSH_TTY as above.
 */
int shellenv_connection(struct envlist *out, const struct envlist *login, const struct shellenv_facts *f);

#endif
