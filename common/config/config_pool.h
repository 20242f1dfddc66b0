/* SPDX-License-Identifier: MIT */
/*
 * config_pool: what holdfast.conf says of the pool of login nodes that this host belongs to.
 *
 * All of it holds for the whole host, and its lines stand before the first Match line; but PoolResume,
 * PoolTimeout and PoolTrust can differ from login to login.
 */
#ifndef HOLDFAST_CONFIG_POOL_H
#define HOLDFAST_CONFIG_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

#define CONFIG_POOL_URLS_CAP 1024
#define CONFIG_POOL_URLS_MAX 16  /* of a PoolDirectory */
#define CONFIG_POOL_PATH_CAP 256 /* of the files that Pool lines name */
#define CONFIG_POOL_USER_CAP 65
#define CONFIG_POOL_TRUST_CAP POOL_TRUST_CAP

struct config_pool_directory {
	bool etcd;                       /* its first word; nothing else is known yet */
	char urls[CONFIG_POOL_URLS_CAP]; /* "http://…" or "https://…", separated by commas; never a slash at an end */
};

struct config_pool_tls { /* absolute paths; "": not said */
	char ca[CONFIG_POOL_PATH_CAP], cert[CONFIG_POOL_PATH_CAP], key[CONFIG_POOL_PATH_CAP];
};

struct config_pool_user {
	char name[CONFIG_POOL_USER_CAP], file[CONFIG_POOL_PATH_CAP];
};

enum config_pool_how { CONFIG_POOL_VOUCH_NO, CONFIG_POOL_VOUCH_KEY, CONFIG_POOL_VOUCH_MUNGE };

struct config_pool_vouch {
	enum config_pool_how how;
	bool said;                       /* while a line is read: HOW is there */
	char file[CONFIG_POOL_PATH_CAP]; /* KEY: an absolute path */
};

struct config_pool {
	char name[POOL_CAP];             /* Pool none: "", and nothing is done for any pool */
	char node[NODE_CAP];             /* PoolNode none: "", see config_pool_node() */
	char address[HOST_CAP];          /* PoolAddress none: "", see config_pool_address() */
	struct config_pool_directory directory; /* PoolDirectory none */
	struct config_pool_tls tls;      /* PoolTLS none */
	struct config_pool_user user;    /* PoolUser none */
	struct config_pool_vouch vouch;  /* PoolVouch no */
	char trust[CONFIG_POOL_TRUST_CAP]; /* PoolTrust *: names of nodes, patterns for match_list; "": none */
	bool show_program;               /* PoolShow none, or program */
	bool resume;                     /* PoolResume yes */
	uint32_t timeout_ms;             /* PoolTimeout 2s */
};

/* Sets the defaults. */
void config_pool_defaults(struct config_pool *p);
/* Whether this host belongs to a pool: there is a Pool line. */
bool config_pool_on(const struct config_pool *p);
/*
 * The name of this node: PoolNode, or the host's name up to its first dot.  0, or -EINVAL where the host's name is no
 * name of a node; OUT is "" then.
 */
int config_pool_node(const struct config_pool *p, char out[NODE_CAP]);
/* The name by which other nodes reach this one: PoolAddress, or the host's name; the same. */
int config_pool_address(const struct config_pool *p, char out[HOST_CAP]);
/* Copies URL number I of PoolDirectory, from 0: true, or false behind the last one. */
bool config_pool_url(const struct config_pool *p, size_t i, char out[CONFIG_POOL_URLS_CAP]);

/* Whether TEXT is the name of a pool: 1 to 32 of a-z 0-9 - without '-' in front, and not "none". */
bool config_pool_name_ok(const char *text);
/* Whether TEXT is the name of a node: 1 to 63 of A-Z a-z 0-9 . _ - without '-' or '.' in front, and not "none". */
bool config_pool_node_ok(const char *text);
/* Whether TEXT is a host's name or address: 1 to 253 of A-Z a-z 0-9 . _ : - without '-' or '.' in front, not "none". */
bool config_pool_host_ok(const char *text);

#endif
