/* SPDX-License-Identifier: MIT */
/* connection: the TCP connection that this process serves, as the kernel knows it. */
#ifndef HOLDFAST_CONNECTION_H
#define HOLDFAST_CONNECTION_H

#include <stdint.h>

#include "bounds.h"

struct connection {
	char address[ADDRESS_CAP], local_address[ADDRESS_CAP]; /* numeric, in sshd's form; "": unknown */
	uint16_t port, local_port;                             /* 0: unknown */
};

/*
 * Looks through this process's descriptors for a connected stream of TCP over IPv4 or IPv6; several descriptors of one
 * socket count once.  An IPv4 address mapped into IPv6 is given as the former.  0, and all of *c is unknown where there
 * is no such socket or more than one; or a negative errno when the descriptors can't be listed.
 */
int connection_find(struct connection *c);

#endif
