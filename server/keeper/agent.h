/* SPDX-License-Identifier: MIT */
/*
 * agent: the socket that a held shell has as SSH_AUTH_SOCK, relayed to the agent of the login that is there now.
 *
 * Who asks must be the user (SO_PEERCRED); who answers must be too: sshd removes a dead login's agent directory, and
 * anybody could make it anew.  So the directory and the socket must be the user's own, not a symlink, and the process
 * behind the socket must run as the user or root.
 */
#ifndef HOLDFAST_AGENT_H
#define HOLDFAST_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"

#define AGENT_RELAYS 16 /* at once; one more is refused */
#define AGENT_BUFFER 4096

struct agent_flow { /* one direction */
	unsigned char buf[AGENT_BUFFER];
	size_t len, at;
	bool ended;
};

struct agent_relay {
	int asker;    /* -1: a free place */
	int answerer; /* -1: nobody is there; the first request is answered with a failure */
	struct agent_flow question, answer;
};

struct agent {
	struct agent_relay *relays[AGENT_RELAYS];
	uint64_t deaf_until; /* clock_now_ms(): there were no descriptors to accept with; 0: there are */
};

/* Connects to the agent at PATH after the checks above: a descriptor, or a negative errno (-EPERM: not the user's). */
int agent_connect(const char *path);
/*
 * A connection waits on the listening socket LISTENER: relays it to the agent at PATH.  Where PATH is NULL or the agent
 * is not the user's, the first request is answered with SSH_AGENT_FAILURE (draft-ietf-sshm-ssh-agent).  A peer that is
 * another user, or one too many, is closed.
 */
void agent_accept(struct agent *a, int listener, const char *path);
/* Whether the listening socket is to be polled; if not, the loop comes back when it is. */
bool agent_listens(struct agent *a, struct loop *l);
/* Puts the relays' descriptors into the set. */
void agent_watch(struct agent *a, struct loop *l);
void agent_close_all(struct agent *a);

#endif
