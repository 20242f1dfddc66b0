/* SPDX-License-Identifier: MIT */
/* lookup: getaddrinfo(3) in a thread of its own, since it can neither be polled nor be interrupted. */
#ifndef HOLDFAST_LOOKUP_H
#define HOLDFAST_LOOKUP_H

#include <netdb.h>
#include <stddef.h>

struct lookup;

/* NULL: out of memory or threads. */
struct lookup *lookup_start(const char *host, unsigned port, int family);
/* Becomes readable when it is over. */
int lookup_fd(const struct lookup *l);
/* When it is over: the addresses, which are the lookup's; or NULL, and WHY (CAP bytes) is one line. */
const struct addrinfo *lookup_result(const struct lookup *l, char *why, size_t cap);
/* Whether it is over or not; takes NULL. */
void lookup_leave(struct lookup *l);

#endif
