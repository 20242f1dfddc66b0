/* SPDX-License-Identifier: MIT */
/* transport_libssh: libssh carries the bytes. */
#ifndef HOLDFAST_TRANSPORT_LIBSSH_H
#define HOLDFAST_TRANSPORT_LIBSSH_H

#include "transport.h"

/* Without target and asking, which the caller sets.  NULL: out of memory. */
struct transport *transport_libssh_new(void);

#endif
