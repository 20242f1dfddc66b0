/* SPDX-License-Identifier: MIT */
/*
 * quietly: the options of ssh for a connection to another node of the pool that nobody watches: it asks nothing, believes
 * no new host key, uses and makes no shared connection, runs no command of the person's here, and forwards no port.
 *
 * Where the node is, an entry of the pool's directory says; so whatever host answers there must have the key that is
 * known for the node's name (HostKeyAlias), or a certificate for that name.
 */
#ifndef HOLDFAST_QUIETLY_H
#define HOLDFAST_QUIETLY_H

#include <stddef.h>

#define QUIETLY_WORDS 28

/* Puts those for NODE into ARGV; how many, QUIETLY_WORDS at most.  They are good until the next call. */
size_t quietly_put(const char **argv, const char *node);

#endif
