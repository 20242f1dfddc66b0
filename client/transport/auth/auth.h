/* SPDX-License-Identifier: MIT */
/*
 * auth: proving who we are, by the methods that host and configuration both want.  It waits: for a thread of its
 * own.
 */
#ifndef HOLDFAST_AUTH_H
#define HOLDFAST_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include <libssh/libssh.h>

#include "auth_agent.h"
#include "sshopen.h"
#include "target_private.h"
#include "transport.h"

struct auth {
	ssh_session session;
	struct transport_target *target;
	const struct transport_asking *asking;
	int cancel; /* becomes readable when it is to be given up */
	bool weak; /* the host's key is wrong: keys only, no agent */
	/* Told of a filter while somebody waits for it, and of NULL afterwards: so that the wait can be broken. */
	void (*waiting)(void *object, struct agent_filter *filter);
	void *object;
	char why[256]; /* one line, when it failed */

	/* its own */
	unsigned prompts[2];  /* of keyboard-interactive and password */
	bool nobody;          /* nobody can be asked: don't try again */
	char **used;          /* keys that were a factor already (base64) */
	char asked[512];      /* name of the secret that was just taken from the store */
};

/* 0, or -EACCES: refused; -ECANCELED; -ECONNRESET: the connection is gone. */
int auth_run(struct auth *a);

/*
 * CALL of libssh until it is decided; the session does not block, since libssh waits for ever on a line that was
 * closed.
 */
#define AUTH_DECIDED(a, call)                                                              \
	({                                                                                 \
		int auth_rc;                                                               \
		do                                                                         \
			auth_rc = (call);                                                  \
		while (auth_rc == SSH_AUTH_AGAIN && sshopen_wait((a)->session, (a)->cancel)); \
		auth_rc == SSH_AUTH_AGAIN ? SSH_AUTH_ERROR : auth_rc;                       \
	})

/*
 * The methods; they return libssh's enum ssh_auth_e: SSH_AUTH_SUCCESS, _PARTIAL, _DENIED (nothing more to try this
 * way), _ERROR.
 * SSH_AUTH_AGAIN: denied, but there is something else to try.  AUTH_CANCELED: the person does not want to.
 */
#define AUTH_CANCELED (-100)
int auth_publickey(struct auth *a);
int auth_kbdint(struct auth *a);
int auth_password(struct auth *a);

/* A secret: from the store, or asked for.  0, -ECANCELED or -ENOTTY; FROM_STORE (may be NULL) says which. */
int auth_secret(struct auth *a, const char *name, const char *prompt, bool echo, bool *from_store, char *value,
                size_t cap);

#endif
