/* SPDX-License-Identifier: MIT */
#include "rootfork.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "procfile.h"
#include "procref.h"

static bool
same_program(const struct procref *a, const struct procref *b)
{
	struct procfile_id x, y;

	if (procfile_id(a->dir, "exe", &x) == 0 && procfile_id(b->dir, "exe", &y) == 0)
		return procfile_same_id(&x, &y);
	return strcmp(a->stat.comm, b->stat.comm) == 0;
}

static int
compare(const struct procref *child, const struct procref *parent)
{
	struct procfile_status s;
	int rc = procfile_status(parent->dir, &s);

	if (rc)
		return rc;
	return s.uid[1] == 0 && same_program(child, parent) ? -EPERM : 0;
}

int
rootfork_check_peer(int conn)
{
	struct procref_peer p = PROCREF_PEER_NONE;
	struct procref parent = PROCREF_NONE;
	int rc = procref_peer_open(&p, conn);

	/* Process 1 is not an sshd: it adopts all processes that have lost their parents. */
	if (!rc && p.cred.uid != 0 && p.proc.stat.ppid > 1) {
		rc = procref_open(&parent, p.proc.stat.ppid);
		if (rc)
			rc = -EACCES;
		else
			rc = compare(&p.proc, &parent);
	}
	/* With the same parent all the while, that number was the parent's. */
	if ((!rc || rc == -EACCES) && p.proc.dir >= 0 && !procref_peer_unchanged(&p))
		rc = -ESRCH;
	procref_close(&parent);
	procref_peer_close(&p);
	return rc;
}
