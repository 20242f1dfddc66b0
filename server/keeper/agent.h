/* SPDX-License-Identifier: MIT */
/*
 * agent: the socket that a held shell has as SSH_AUTH_SOCK, relayed to the agent of the login that is there now.
 *
 * The asking process must be the user's or root's (SO_PEERCRED), and pass admission.h; the answering one must be the
 * user's too: sshd removes a dead login's agent directory, and anybody could make it anew.  So the directory and the
 * socket must be the user's own, not a symlink, and the process behind the socket must run as the user or root.
 *
 * A relay goes CHECKING → RELAYING or REFUSED.  One that is refused gets SSH_AGENT_FAILURE for each request
 * (draft-ietf-sshm-ssh-agent).
 */
#ifndef HOLDFAST_AGENT_H
#define HOLDFAST_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"

#define AGENT_RELAYS 16 /* at once; one more takes the place of the oldest that is refused, or is closed */
#define AGENT_BUFFER 4096

struct agent_flow { /* one direction */
	unsigned char buf[AGENT_BUFFER];
	size_t len, at;
	bool ended;
};

enum agent_state { AGENT_CHECKING, AGENT_RELAYING, AGENT_REFUSED };

struct agent_relay {
	enum agent_state state;
	int asker;         /* -1: a free place */
	int answerer;      /* -1, unless RELAYING */
	uint64_t age;      /* counts up: the smallest is the oldest */
	uint64_t deadline; /* CHECKING: then it is refused (clock_now_ms()) */
	uint32_t serial;   /* CHECKING: of the question to the leader */
	unsigned char head[4]; /* REFUSED: of the request that is coming, its length, of which … */
	unsigned have;         /* … so many bytes are there, and … */
	uint32_t skip;         /* … so many are to come behind it */
	struct agent_flow question, answer;
};

struct agent {
	struct agent_relay *relays[AGENT_RELAYS];
	uint64_t clock;      /* for age */
	uint64_t deaf_until; /* clock_now_ms(): there were no descriptors to accept with; 0: there are */
};

/* Connects to the agent at PATH after the checks above: a descriptor, or a negative errno (-EPERM: not the user's). */
int agent_connect(const char *path);
/*
 * A connection waits on the listening socket LISTENER: takes it in as CHECKING for TIMEOUT_MS at most.  NULL when there
 * is none: a peer that is another user, or one too many, is closed.
 */
struct agent_relay *agent_accept(struct agent *a, int listener, unsigned timeout_ms);
/* Relays R to the agent at PATH; refuses it where PATH is NULL or the agent is not the user's. */
void agent_relay(struct agent_relay *r, const char *path);
void agent_refuse(struct agent_relay *r);
/* The one that is CHECKING with SERIAL, or NULL. */
struct agent_relay *agent_asked(struct agent *a, uint32_t serial);
/* The leader will not answer any more: refuses all that are CHECKING. */
void agent_refuse_asked(struct agent *a);
/* Whether the listening socket is to be polled; if not, the loop comes back when it is. */
bool agent_listens(struct agent *a, struct loop *l);
/* Puts the relays' descriptors into the set, and refuses those that have been CHECKING for too long. */
void agent_watch(struct agent *a, struct loop *l);
void agent_close_all(struct agent *a);

#endif
