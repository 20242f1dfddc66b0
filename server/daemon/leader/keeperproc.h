/* SPDX-License-Identifier: MIT */
/* keeperproc: starts holdfast-keeper as the user. */
#ifndef HOLDFAST_KEEPERPROC_H
#define HOLDFAST_KEEPERPROC_H

#include <sys/resource.h>
#include <sys/types.h>

/* Exit statuses of a keeper that wasn't started, for the log. */
#define KEEPERPROC_DESCRIPTORS 124
#define KEEPERPROC_DROP 125
#define KEEPERPROC_DIRECTORY 126
#define KEEPERPROC_EXEC 127

/* What the user's processes inherit, where the leader has changed it for itself since. */
struct keeperproc_inherits {
	int oom_score;
	struct rlimit files, file_size; /* RLIMIT_NOFILE, RLIMIT_FSIZE */
};

/* What a keeper has of its leader; all stay the caller's. */
struct keeperproc {
	const char *program; /* NULL: PATH_KEEPER */
	int master; /* LEADERMSG_MASTER_FD; -1: /dev/null */
	int leader; /* LEADERMSG_FD */
	int sock;   /* LEADERMSG_SOCK_FD */
	int agent;  /* LEADERMSG_AGENT_FD */
	int memory; /* LEADERMSG_MEMORY_FD */
	int stub;   /* LEADERMSG_STUB_FD; this one and these -1: /dev/null */
	const int *pipes; /* the three at LEADERMSG_PIPES_FD */
	const struct keeperproc_inherits *inherits; /* NULL: what this process has */
};

/*
 * Forks, becomes UID and GID for good (the groups are already the user's) and executes the keeper with the descriptors
 * FDS, /dev/null as 0 to 2, nothing else open, an empty environment and default signals.  The child's pid, or a negative
 * errno; an error in the child is its exit status.
 */
pid_t keeperproc_start(const struct keeperproc *fds, uid_t uid, gid_t gid);

#endif
