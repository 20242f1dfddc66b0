/* SPDX-License-Identifier: MIT */
/*
 * forward_relay: one forwarded connection: a descriptor here, a channel of libssh's there, and how they come
 * together.
 */
#ifndef HOLDFAST_FORWARD_RELAY_H
#define HOLDFAST_FORWARD_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libssh/libssh.h>

#include "forward.h"
#include "lookup.h"
#include "pollset.h"
#include "socks.h"
#include "x11.h"

#define RELAY_BUFFER 16384

enum relay_state {
	RELAY_SOCKS,   /* somebody says where to */
	RELAY_LOOKUP,  /* a name is looked up here */
	RELAY_CONNECT, /* a connection is made here */
	RELAY_OPEN,    /* a channel is opened */
	RELAY_FLOW,
	RELAY_DEAD,
};

struct relay_buffer {
	size_t at, len;
	unsigned char data[RELAY_BUFFER];
};

struct relay {
	struct relay *next;
	enum relay_state state;
	ssh_session session;
	ssh_channel channel;
	struct pollset *set;
	int fd;
	bool readable, writable; /* the descriptor, as far as is known */
	bool remote;             /* it began at the other end */
	bool answer_due;         /* OUT began with a message to an agent, whose answer is not for the other end */
	bool fd_eof, channel_eof, fd_shut, eof_sent;
	bool use_socks;
	struct socks socks;
	const struct forward *spec;
	const struct x11 *x11;          /* whose cookie the other end has to show first; NULL: none, or it has */
	char *const *permits; /* PermitRemoteOpen, where the host says where to */
	struct lookup *lookup;
	const struct addrinfo *address; /* that is tried */
	uint64_t sent;                  /* bytes to the host */
	struct relay_buffer out, in;    /* to the descriptor, to the channel */
};

struct relay *relay_new(ssh_session session, struct pollset *set);
/*
 * What it is for: bytes at once; a connection that was accepted here; one that came from the host, which may name only
 * places that PERMITS has (forward_permits), if it names one.
 */
void relay_flow(struct relay *r, int fd);
void relay_accepted(struct relay *r, int fd, const struct forward *spec);
void relay_connect(struct relay *r, const struct forward *spec, char *const *permits);
/* One that came from the host, to a display. */
void relay_connect_x11(struct relay *r, const struct x11 *x);
/* What the set says about it: POLLSET_*. */
void relay_event(struct relay *r, unsigned what);
/* Does what can be done: true when there is more to do at once. */
bool relay_step(struct relay *r);
/* Whether it has something for the channel, and the channel's window is open. */
bool relay_blocked(const struct relay *r);
void relay_free(struct relay *r);

#endif
