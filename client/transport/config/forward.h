/* SPDX-License-Identifier: MIT */
/* forward: what -L, -R and -D say, and the sockets that listen for them, which stay over reconnects. */
#ifndef HOLDFAST_FORWARD_H
#define HOLDFAST_FORWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

#define FORWARD_HOST_CAP 256
#define FORWARD_PATH_CAP 108
#define FORWARDS_MAX 64
#define FORWARD_LISTENERS_MAX 128 /* a loopback forward listens twice, by IPv4 and by IPv6 */

enum forward_kind { FORWARD_LOCAL, FORWARD_REMOTE, FORWARD_DYNAMIC };

struct forward {
	enum forward_kind kind;
	bool any_address;              /* listens for others too ("*", or nothing before the colon) */
	char bind[FORWARD_HOST_CAP];   /* "": the loopback, or what GatewayPorts says */
	unsigned port;
	char path[FORWARD_PATH_CAP];   /* listens there if not "" */
	bool socks;                    /* DYNAMIC, and REMOTE without a destination */
	char host[FORWARD_HOST_CAP];   /* the destination */
	unsigned host_port;
	char host_path[FORWARD_PATH_CAP];
};

/*
 * Reads "[bind:]port:host:port" of a command line as well as "[bind]:port [host]:port" of ssh -G: 0 or -EINVAL.
 */
int forward_parse(struct forward *f, enum forward_kind kind, const char *text);

struct forward_listener {
	int fd;
	unsigned forward; /* index */
};

struct forwards {
	struct forward v[FORWARDS_MAX];
	unsigned count;
	struct forward_listener listeners[FORWARD_LISTENERS_MAX];
	unsigned listening;
};

/*
 * Whether PermitRemoteOpen, a list of "host:port", has HOST and PORT; "*" is any host or any port.  No names are looked
 * up.  "any" and an empty list have all; "none" and nonsense have nothing.
 */
bool forward_permits(char *const *list, const char *host, unsigned port);

/* All of a configuration: -EINVAL, and WHY names the one that is wrong. */
int forwards_read(struct forwards *fs, const struct sshconfig *c, char *why, size_t cap);

#endif
