/* SPDX-License-Identifier: MIT */
/*
 * auth: the common part of all methods of logging in: the connection, the secrets, the person who is asked.  The
 * methods wait, so they run in a thread of their own.
 */
#ifndef HOLDFAST_AUTH_H
#define HOLDFAST_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include <libssh/libssh.h>

#include "auth_agent.h"
#include "libssh_wait.h"
#include "target_state.h"
#include "transport.h"

struct auth {
	ssh_session session;
	struct transport_target *target;
	const struct transport_asking *asking;
	int cancel; /* becomes readable when it is to be given up */
	bool weak;  /* the host's key is wrong: keys only, no agent */
	/* Told of a filter while somebody waits for it, and of NULL afterwards: so that the wait can be broken. */
	void (*waiting)(void *object, struct agent_filter *filter);
	void *object;
	char why[256]; /* one line, when it failed */

	/* its own */
	unsigned prompts[2];  /* of keyboard-interactive and password */
	bool nobody;          /* there was no way to ask: don't try again */
	char **used;          /* keys that were a factor already (base64) */
	char asked[512];      /* name of the secret that was just taken from the store */
};

#define AUTH_DECIDED(a, call) LIBSSH_DECIDED((a)->session, (a)->cancel, call, SSH_AUTH_AGAIN, SSH_AUTH_ERROR)

/*
 * A method (auth_key.h, auth_password.h) returns libssh's enum ssh_auth_e: SSH_AUTH_SUCCESS, _PARTIAL, _DENIED
 * (nothing more to try this way), _ERROR; SSH_AUTH_AGAIN: denied, but there is something else to try; or AUTH_CANCELED:
 * the person does not want to; or AUTH_BY_SSH: the ssh command is to log in.
 */
#define AUTH_CANCELED (-100)
#define AUTH_BY_SSH (-101)

/* A secret: from the store, or asked for.  0, -ECANCELED or -ENOTTY; FROM_STORE (may be NULL) says which. */
int auth_secret(struct auth *a, const char *name, const char *prompt, bool echo, bool *from_store, char *value,
                size_t cap);

#endif
