/* SPDX-License-Identifier: MIT */
/*
 * hop_munge_library: what libmunge.so.2 has, as its munge.h declares it.  Declared anew, so that every build of holdfast
 * can use the library where it is installed; tests/unit/test_hop_munge.c compares both where munge.h is there.
 */
#ifndef HOLDFAST_HOP_MUNGE_LIBRARY_H
#define HOLDFAST_HOP_MUNGE_LIBRARY_H

#include <sys/types.h>

#define MUNGE_LIBRARY "libmunge.so.2"

/* The results that are told apart; there are others. */
enum munge_result {
	MUNGE_SUCCESS = 0,
	MUNGE_SNAFU = 1,
	MUNGE_NO_MEMORY = 5,
	MUNGE_SOCKET = 6,
	MUNGE_TIMEOUT = 7,
	MUNGE_CRED_EXPIRED = 15,
	MUNGE_CRED_REWOUND = 16,
};

/* A context may be NULL; CRED and BUF are the caller's to free(). */
struct munge_library {
	int (*encode)(char **cred, void *context, const void *buf, int len);
	int (*decode)(const char *cred, void *context, void **buf, int *len, uid_t *uid, gid_t *gid);
	const char *(*strerror)(int result);
};

#endif
