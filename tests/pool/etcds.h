/* SPDX-License-Identifier: MIT */
/*
 * etcds: a real etcd of up to three members on this host's loopback, in a directory of its own, for tests of what speaks to
 * one.  Each member is a child of the test, and is ended by its pid.
 */
#ifndef HOLDFAST_TESTS_ETCDS_H
#define HOLDFAST_TESTS_ETCDS_H

#include <stdbool.h>
#include <sys/types.h>

#define ETCDS 3

struct etcds {
	char dir[64];
	int count;
	pid_t pids[ETCDS]; /* 0: it does not run */
	int client[ETCDS], peer[ETCDS]; /* ports */
};

/* Whether there is an etcd to run. */
bool etcds_there(void);
/* Starts COUNT of them: 0 or -1.  They answer a little later. */
int etcds_start(struct etcds *e, int count);
/* Starts member I, which has run before, or EMPTY as if it never had. */
int etcds_start_one(struct etcds *e, int i, bool empty);
/* Sends a signal: SIGSTOP, SIGCONT; SIGKILL and SIGTERM also wait for the end. */
void etcds_signal(struct etcds *e, int i, int sig);
/* Ends all of them and removes the directory. */
void etcds_stop(struct etcds *e);
/* "http://127.0.0.1:PORT" of member I. */
void etcds_url(const struct etcds *e, int i, char out[64]);

#endif
