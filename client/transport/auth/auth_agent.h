/* SPDX-License-Identifier: MIT */
/*
 * auth_agent: the ssh agent (draft-ietf-sshm-ssh-agent), and a filter in front of it.
 *
 * libssh offers every key of an agent, in the agent's order.  With IdentitiesOnly, and to have the keys that the
 * configuration names come first, it is given a socket of ours instead: a thread there answers the question for
 * the keys, and passes everything else on.
 */
#ifndef HOLDFAST_AUTH_AGENT_H
#define HOLDFAST_AUTH_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

#define AGENT_KEYS_MAX 256
#define AGENT_MESSAGE_MAX (256 * 1024)

struct agent_key {
	unsigned char *blob;
	size_t len;
	char *text; /* the blob as base64 */
	char *comment;
	bool wanted, named; /* set by the caller, see auth_agent_filter_new */
};

struct agent_keys {
	struct agent_key *v;
	unsigned count;
};

/* The path of the agent's socket to PATH, by IdentityAgent or SSH_AUTH_SOCK: 0, or -ENOENT: there is none. */
int auth_agent_path(const struct sshconfig *c, char *path, size_t cap);
/* A connection to it, or a negative errno. */
int auth_agent_connect(const char *path);
/*
 * Sends the request, a whole message with its length in front, and waits for the answer, which the caller frees;
 * TIMEOUT_MS bounds each wait, -1: as long as the agent takes.  0 or a negative errno.
 */
int auth_agent_ask(int fd, const unsigned char *request, size_t len, unsigned char **answer, size_t *answer_len,
                   int timeout_ms);
/* Its keys; TIMEOUT_MS bounds each wait.  0 or a negative errno. */
int auth_agent_list(int fd, struct agent_keys *keys, int timeout_ms);
void auth_agent_keys_free(struct agent_keys *keys);

struct agent_filter;
/*
 * Starts a filter on the agent's connection FD, which it takes over, also when it fails (NULL).  It answers with
 * the keys that are WANTED, the NAMED ones first.  *END is for libssh, which closes it.
 */
struct agent_filter *auth_agent_filter_new(int fd, const struct agent_keys *keys, int *end);
/* Ends a wait for the agent with an error; from any thread. */
void auth_agent_filter_break(struct agent_filter *f);
/* The key (base64) that the agent was asked to sign with last, NULL: none.  Not while libssh waits for the agent. */
const char *auth_agent_filter_signed(const struct agent_filter *f);
void auth_agent_filter_free(struct agent_filter *f); /* takes NULL */

#endif
