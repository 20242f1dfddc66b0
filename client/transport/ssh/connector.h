/* SPDX-License-Identifier: MIT */
/*
 * connector: everything that happens before bytes flow through libssh: TCP or a proxy, handshake, host key, login,
 * channel.
 *
 * It runs in a thread, since libssh, resolvers and agents may block.  The loop polls connector_fd(), and its step asks
 * the person what the thread wants to know.  After connector_finish() the session is the loop's alone.
 */
#ifndef HOLDFAST_CONNECTOR_H
#define HOLDFAST_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libssh/libssh.h>

#include "child.h"
#include "target_state.h"
#include "transport.h"

struct connector_result {
	ssh_session session; /* NULL when it failed */
	ssh_channel channel;
	enum transport_request what; /* that CHANNEL is */
	bool weak;           /* the host's key is a wrong one: no agent for it */
	enum transport_end end;
	char why[512];
};

struct connector;

/*
 * COMMAND (may be NULL) is also what is run where the host has no subsystem.  PROXY (may be NULL): the bytes go through
 * its descriptor, which is taken over.  NULL: -errno in *ERROR.
 */
struct connector *connector_start(struct transport_target *target, const struct transport_asking *asking,
                                  enum transport_request what, const char *command, struct child *proxy, int *error);
int connector_fd(const struct connector *c);
/* The TCP connection, once it stands (still the connector's); -1: not yet, or through a proxy. */
int connector_line(const struct connector *c);
/* Passes a question on to the person; true when it is over.  DOING (CAP bytes): the present step, for the person. */
bool connector_step(struct connector *c, char *doing, size_t cap);
/*
 * Whether the host, to which there have been connections before, has said nothing for longer than any step took then:
 * it may be busy, or the line is dead, and TCP's own pauses grow.  Each attempt that is given up for this waits longer.
 */
bool connector_stuck(const struct connector *c);
/* When it will have taken too long (clock_now_ms), UINT64_MAX: never. */
uint64_t connector_deadline(const struct connector *c);
/* Ends the thread, at once if it is not over; the session and the channel are the caller's.  Frees C. */
void connector_finish(struct connector *c, struct connector_result *result);

#endif
