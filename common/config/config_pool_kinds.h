/* SPDX-License-Identifier: MIT */
/* config_pool_kinds: how the lines of holdfast.conf about a pool are read, a kind for each member of config_pool.h. */
#ifndef HOLDFAST_CONFIG_POOL_KINDS_H
#define HOLDFAST_CONFIG_POOL_KINDS_H

#include "config_kind.h"

extern const struct config_kind config_kind_pool_name; /* a text of the keyword's MAX bytes, like the next two */
extern const struct config_kind config_kind_pool_node;
extern const struct config_kind config_kind_pool_host;
extern const struct config_kind config_kind_pool_directory; /* struct config_pool_directory, and so on */
extern const struct config_kind config_kind_pool_tls;
extern const struct config_kind config_kind_pool_user;
extern const struct config_kind config_kind_pool_vouch;

#endif
