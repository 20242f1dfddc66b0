/* SPDX-License-Identifier: MIT */
#include "statedir.h"

#include <errno.h>
#include <stddef.h>

#include "paths.h"
#include "rundir.h"

int
statedir_open(enum statedir which)
{
	static const struct {
		const char *path;
		mode_t mode;
	} dirs[] = {
		[STATEDIR_TOP] = { PATH_STATE, 0755 },
		[STATEDIR_ENDS] = { PATH_ENDS, 0700 },
		[STATEDIR_RUNNING] = { PATH_ENDS_RUNNING, 0700 },
		[STATEDIR_EVENTS] = { PATH_EVENTS, 0700 },
		[STATEDIR_SAID] = { PATH_SAID, 0700 },
	};
	int fd = rundir_open(dirs[which].path, dirs[which].mode), rc;

	/* What a package's removal has taken away is not made anew by a session that ends later. */
	if (fd != -ENOENT || rundir_program_is_gone())
		return fd;
	rc = rundir_make_one(dirs[STATEDIR_TOP].path, dirs[STATEDIR_TOP].mode);
	if (!rc)
		rc = rundir_make_one(dirs[which].path, dirs[which].mode);
	return rc ? rc : rundir_open(dirs[which].path, dirs[which].mode);
}
