/* SPDX-License-Identifier: MIT */
/* connection: the TCP connection of this process, according to the kernel. */
#ifndef HOLDFAST_CONNECTION_H
#define HOLDFAST_CONNECTION_H

#include <stdint.h>

#include "bounds.h"

struct connection {
	char address[ADDRESS_CAP], local_address[ADDRESS_CAP]; /* numeric, in sshd's form; "": unknown */
	uint16_t port, local_port;                             /* 0: unknown */
};

/*
 * Searches this process's descriptors for a connected TCP stream over IPv4 or IPv6; several descriptors of one socket
 * count once.  An IPv4 address mapped into IPv6 is returned as IPv4.  0; if there is no such socket or more than one,
 * all of *c is unknown.  A negative errno: cannot list the descriptors.
 */
int connection_find(struct connection *c);

#endif
