/* SPDX-License-Identifier: MIT */
#include "owndir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int
owndir_open(int at, const char *path, uid_t owner, mode_t forbidden)
{
	struct stat st;
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		rc = -errno;
	else if (st.st_uid != owner || (st.st_mode & forbidden))
		rc = -EPERM;
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}
