/* SPDX-License-Identifier: MIT */
/* setup: what holdfast.conf and the kernel say of this node and its pool. */
#ifndef HOLDFAST_POOL_SETUP_H
#define HOLDFAST_POOL_SETUP_H

#include "config_pool.h"
#include "store.h"

struct setup {
	struct config_pool config;
	struct store_options store; /* its texts are those of CONFIG; without http, own and directory */
};

/*
 * Reads the configuration at PATH; VERSION is this program's.  0; -ENOENT: there is no Pool line; another negative
 * errno.  The log has the reason.
 */
int setup_read(struct setup *s, const char *path, const char *version);

#endif
