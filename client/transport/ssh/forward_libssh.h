/* SPDX-License-Identifier: MIT */
/*
 * forward_libssh: forwards of ports, sockets and the agent over one libssh session, inside a poll loop.
 *
 * Every connection has one small buffer each way; who can't take more is not read from, and what ssh's windows
 * hold is
 * all that waits on the line.  All of them are in one pollset (client/system/pollset.h).
 */
#ifndef HOLDFAST_FORWARD_LIBSSH_H
#define HOLDFAST_FORWARD_LIBSSH_H

#include <stdbool.h>
#include <stdint.h>

#include <libssh/libssh.h>

#include "forward.h"
#include "transport.h"
#include "x11.h"

#define FORWARD_RELAYS_MAX 256 /* connections at a time; more wait in the listeners' queues */

struct forwarding;

/*
 * The ports of FS, and the agent if the configuration forwards it.  FS and the rest stay the caller's.  NULL: out of
 * memory.
 */
struct forwarding *forwarding_new(ssh_session session, struct forwards *fs, const struct sshconfig *c,
                                  const struct transport_asking *asking, bool first);
/* Programs at the other end may come to this display, which stays the caller's. */
void forwarding_x11(struct forwarding *f, const struct x11 *x);
/* Bytes that were sent to the host for all of them. */
uint64_t forwarding_sent(const struct forwarding *f);
int forwarding_fd(const struct forwarding *f); /* readable: step it */
/* After the session has been served; -1: a -R was refused and ExitOnForwardFailure is set. */
int forwarding_step(struct forwarding *f);
/* Whether there is something to do at once, whatever the descriptors say. */
bool forwarding_busy(const struct forwarding *f);
/* Before the session is freed, and after it: libssh keeps a pointer to the callbacks.  Both take NULL. */
void forwarding_close(struct forwarding *f);
void forwarding_free(struct forwarding *f);

#endif
