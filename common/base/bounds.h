/* SPDX-License-Identifier: MIT */
/* bounds: sizes that several parts must agree on.  Each limits the memory that a peer can make another part use. */
#ifndef HOLDFAST_BOUNDS_H
#define HOLDFAST_BOUNDS_H

#define NAME_CAP 33       /* a session's name with its NUL */
#define USER_CAP 257      /* a user's name with its NUL (LOGIN_NAME_MAX) */
#define POOL_CAP 33       /* the name of a pool of login nodes with its NUL */
#define NODE_CAP 64       /* the name of one of its nodes with its NUL */
#define POOL_TIMEOUT_MS 2000 /* PoolTimeout, where holdfast.conf does not say it */
#define POOL_TRUST_CAP 512 /* the names of such nodes, or patterns, with a NUL */
#define HOST_CAP 254      /* a host's name (RFC 1035) or its address, with its NUL */
#define TERM_CAP 65       /* $TERM with its NUL */
#define ADDRESS_CAP 64    /* a numeric IPv6 address with scope, with its NUL */
#define WHO_CAP 128       /* "publickey SHA256:…": how a login authenticated, for people */
#define TEXT_CAP 512      /* one line for a person */
#define PATH_CAP 1024     /* home, shell: longer ones are refused */
#define TTY_CAP 64        /* /dev/pts/N */
#define VERSION_CAP 32    /* a program's version, "0.1.0", with its NUL */
#define BUILD_CAP 41      /* its build id in hexadecimal, with its NUL (buildid.h) */
#define ENV_COUNT_MAX 512 /* environment variables in one message */
#define ENV_BYTES_MAX 65536 /* all of them together, with their NULs */
#define MESSAGE_MAX 98304 /* the longest message on any of the local sockets */

#endif
