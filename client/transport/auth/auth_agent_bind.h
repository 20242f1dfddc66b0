/* SPDX-License-Identifier: MIT */
/*
 * auth_agent_bind: what makes an agent treat a connection as one that serves a host.
 *
 * ssh tells the agent for which host it uses or forwards the connection (session-bind@openssh.com).  The agent then
 * keeps keys back that `ssh-add -h` restricts to other hosts, and takes no PKCS#11 or FIDO library from a host.  libssh
 * cannot prove which host that is, so the agent is told of a host that does not exist: restricted keys stay back, which
 * errs on the safe side.  An agent that does not know the extension answers with a failure, and has no such keys.
 */
#ifndef HOLDFAST_AUTH_AGENT_BIND_H
#define HOLDFAST_AUTH_AGENT_BIND_H

#include <stdbool.h>
#include <stddef.h>

#define AGENT_BIND_MAX 320

/* The message, whole, and its length; one message comes back, whose kind is of no interest. */
size_t auth_agent_bind_message(bool forwarded, unsigned char out[AGENT_BIND_MAX]);
/* The length of that answer, which the LEN bytes at DATA begin with; 0: it is not whole yet; -1: it is none. */
int auth_agent_bind_answer(const unsigned char *data, size_t len);
/*
 * Whether the agent at PATH has keys that it keeps for some hosts alone; TIMEOUT_MS bounds each wait.  It signs with
 * these only if ssh tells it the host.
 */
bool auth_agent_restricts(const char *path, int timeout_ms);

#endif
