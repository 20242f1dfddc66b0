/* SPDX-License-Identifier: MIT */
#include "privdrop.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether all ids, including the file system's, have the wanted values. */
static bool
ids_are(uid_t uid, gid_t gid)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (getresuid(&r, &e, &s) || getresgid(&rg, &eg, &sg))
		return false;
	if (r != uid || e != uid || s != uid || rg != gid || eg != gid || sg != gid)
		return false;
	return (uid_t)setfsuid((uid_t)-1) == uid && (gid_t)setfsgid((gid_t)-1) == gid;
}

static bool
no_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &head, data))
		return false;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (data[i].effective || data[i].permitted)
			return false;
	return true;
}

/* Whether any way back is open. */
static bool
can_return(gid_t gid)
{
	if (setuid(0) == 0 || seteuid(0) == 0 || setresuid(0, 0, 0) == 0 || setreuid((uid_t)-1, 0) == 0)
		return true;
	return gid != 0 && (setgid(0) == 0 || setegid(0) == 0 || setresgid(0, 0, 0) == 0);
}

int
privdrop(uid_t uid, gid_t gid)
{
	if (uid == (uid_t)-1 || gid == (gid_t)-1)
		return -EINVAL;
	if (setresgid(gid, gid, gid))
		return -errno;
	/* A PAM module may have asked to keep capabilities for itself; ambient ones would pass through the exec. */
	if (uid && prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0))
		return -errno;
	if (setresuid(uid, uid, uid))
		return -errno;
	if (!ids_are(uid, gid))
		return -EPERM;
	if (uid && (can_return(gid) || !no_capabilities()))
		return -EPERM;
	return 0;
}
