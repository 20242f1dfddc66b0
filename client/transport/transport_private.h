/* SPDX-License-Identifier: MIT */
/* transport_private: what the transports share. */
#ifndef HOLDFAST_TRANSPORT_PRIVATE_H
#define HOLDFAST_TRANSPORT_PRIVATE_H

#include "target_private.h"
#include "transport.h"

struct transport *transport_libssh_new(void);
struct transport *transport_command_new(void);

/* T is over: END, and REASON by printf's FORMAT. */
void transport_close(struct transport *t, enum transport_end end, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
