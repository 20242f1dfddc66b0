/* SPDX-License-Identifier: MIT */
#include "newgroups.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peercred.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59 /* asm-generic/socket.h, Linux 4.13 */
#endif

#define GROUPS_MAX 4096 /* a login with more is not looked at */

bool
newgroups_differ(const gid_t *has, size_t n, gid_t gid, const gid_t *ours, size_t m)
{
	for (size_t i = 0; i < n; i++) {
		bool found = has[i] == gid;

		for (size_t j = 0; !found && j < m; j++)
			found = ours[j] == has[i];
		if (!found)
			return true;
	}
	return false;
}

/* The peer's supplementary groups, the caller's to free; NULL: none, or not known. */
static gid_t *
peer_groups(int fd, size_t *n)
{
	socklen_t len = 0;
	gid_t *v;

	/* With a length of 0 the kernel says how much room it wants. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0 || !len || len > GROUPS_MAX * sizeof *v)
		return NULL;
	v = malloc(len);
	if (v && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, v, &len) < 0) {
		free(v);
		v = NULL;
	}
	*n = len / sizeof *v;
	return v;
}

static gid_t *
own_groups(size_t *n)
{
	int count = getgroups(0, NULL);
	gid_t *v = count > 0 ? calloc((size_t)count, sizeof *v) : NULL;

	if (v && (count = getgroups(count, v)) < 0)
		count = 0;
	*n = v ? (size_t)count : 0;
	return v;
}

bool
newgroups_has(int fd)
{
	struct ucred cred;
	size_t n = 0, m = 0;
	gid_t *theirs, *ours;
	bool yes = false;

	if (peercred_get(fd, &cred) || cred.uid != geteuid())
		return false;
	theirs = peer_groups(fd, &n);
	ours = own_groups(&m);
	if (theirs)
		yes = newgroups_differ(theirs, n, getegid(), ours, m);
	free(theirs);
	free(ours);
	return yes;
}
