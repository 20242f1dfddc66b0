/* SPDX-License-Identifier: MIT */
#include "confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peercred.h"
#include "procref.h"

static const struct {
	const char *link, *difference;
} namespaces[CONFINEMENT_NAMESPACES] = {
	{ "ns/mnt", "another mount namespace" },
	{ "ns/user", "another user namespace" },
	{ "ns/pid", "another pid namespace" },
	{ "ns/net", "another network namespace" },
	{ "ns/ipc", "another ipc namespace" },
	{ "ns/uts", "another uts namespace" },
	{ "ns/cgroup", "another cgroup namespace" },
	{ "ns/time", "another time namespace" },
};

/* A kernel that lacks a kind of namespaces has one of that kind for all. */
static int
read_namespace(struct procfile_id *id, int dir, const char *link)
{
	int rc = procfile_id(dir, link, id);

	if (rc != -ENOENT)
		return rc;
	*id = (struct procfile_id){ 0, 0 };
	return 0;
}

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x00001000U
#endif

static int
read_root(struct confinement *c, int dir)
{
	struct statx st;
	int rc = procfile_id(dir, "root", &c->root);

	c->root_mount = 0;
	if (!rc && syscall(SYS_statx, dir, "root", 0, STATX_MNT_ID, &st) == 0 && st.stx_mask & STATX_MNT_ID)
		c->root_mount = st.stx_mnt_id;
	return rc;
}

int
confinement_read(struct confinement *c, int dir)
{
	int rc = 0;

	for (int i = 0; !rc && i < CONFINEMENT_NAMESPACES; i++)
		rc = read_namespace(&c->ns[i], dir, namespaces[i].link);
	if (!rc)
		rc = read_root(c, dir);
	return rc ? rc : procfile_status(dir, &c->status);
}

int
confinement_read_self(struct confinement *c)
{
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (dir < 0)
		return -errno;
	rc = confinement_read(c, dir);
	close(dir);
	return rc;
}

const char *
confinement_difference(const struct confinement *a, const struct confinement *b)
{
	for (int i = 0; i < CONFINEMENT_NAMESPACES; i++)
		if (!procfile_same_id(&a->ns[i], &b->ns[i]))
			return namespaces[i].difference;
	if (!procfile_same_id(&a->root, &b->root) || a->root_mount != b->root_mount)
		return "another root directory";
	if (!procfile_same_restrictions(&a->status, &b->status))
		return "other restrictions (no_new_privs, seccomp, capabilities)";
	return NULL;
}

/* 0, -EPERM, or another negative errno: cannot tell. */
static int
compare_labels(int a, int b)
{
	char x[PROCFILE_LABEL_CAP], y[PROCFILE_LABEL_CAP];
	int rc = procfile_label(a, x);

	if (!rc)
		rc = procfile_label(b, y);
	if (rc)
		return rc;
	return strcmp(x, y) == 0 || (procfile_is_selinux(x) && procfile_is_selinux(y)) ? 0 : -EPERM;
}

int
confinement_check_peer(int conn, uid_t uid, int self)
{
	struct procref_peer p = PROCREF_PEER_NONE;
	struct confinement own, its;
	int rc = peercred_get(conn, &p.cred);

	/* Where /proc hides others' processes, root's are hidden too. */
	if (rc)
		return rc;
	if (p.cred.uid == 0 || p.cred.uid != uid)
		return p.cred.uid == 0 ? 0 : -EPERM;
	rc = procref_peer_open(&p, conn);
	if (!rc)
		rc = confinement_read(&its, p.proc.dir);
	if (!rc)
		rc = confinement_read(&own, self);
	if (!rc && confinement_difference(&own, &its))
		rc = -EPERM;
	if (!rc)
		rc = compare_labels(self, p.proc.dir);
	if (!rc && !procref_peer_unchanged(&p))
		rc = -ESRCH;
	procref_peer_close(&p);
	return rc;
}
