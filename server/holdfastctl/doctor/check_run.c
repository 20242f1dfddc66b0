/* SPDX-License-Identifier: MIT */
/* The directories below /run/holdfast, and the room that is left for them. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "doctor.h"
#include "hostfile.h"
#include "paths.h"

#define ROOM_LEAST 65536 /* bytes: a record, and the files of a session */

static const struct {
	const char *path;
	mode_t mode;
} dirs[] = { PATH_DIRECTORIES };

/* Adds the finding if the directory is not as holdfastd makes it; whether it is. */
static bool
is_right(struct doctor *d, const char *path, mode_t mode)
{
	char full[PATH_CAP], fix[TEXT_CAP];
	struct stat st;

	if (hostfile_path(full, sizeof full, path) < 0 || lstat(full, &st) < 0)
		return true; /* holdfastd makes it when it runs, and another check reports that it does not */
	if (!S_ISDIR(st.st_mode)) {
		snprintf(fix, sizeof fix, "rm %s, then restart holdfastd", path);
		doctor_add(d, "run.directory", DOCTOR_PROBLEM, fix, "%s is not a directory: no login is held", path);
		return false;
	}
	if (st.st_uid == 0 && (st.st_mode & 07777) == mode)
		return true;
	snprintf(fix, sizeof fix, "chown root %s && chmod %04o %s", path, (unsigned)mode, path);
	doctor_add(d, "run.directory", DOCTOR_PROBLEM, fix, "%s must belong to root and have mode %04o, and belongs to uid "
	           "%lu with mode %04o: no login is held", path, (unsigned)mode, (unsigned long)st.st_uid,
	           (unsigned)(st.st_mode & 07777));
	return false;
}

static void
check_space(struct doctor *d)
{
	char full[PATH_CAP];
	struct statvfs fs;
	uint64_t room;

	if (hostfile_path(full, sizeof full, HOLDFAST_RUNDIR) < 0 || statvfs(full, &fs) < 0)
		return;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (fs.f_flag & ST_RDONLY)
		doctor_add(d, "run.space", DOCTOR_PROBLEM, "mount -o remount,rw /run", "%s is on a read-only file system: no "
		           "login can be recorded, and none is held", HOLDFAST_RUNDIR);
	else if (room < ROOM_LEAST || (fs.f_files && !fs.f_favail))
		doctor_add(d, "run.space", DOCTOR_PROBLEM, "remove files from /run (du -xa /run | sort -n), or: mount -o "
		           "remount,size=20% /run", "the file system of %s is full (%llu KiB and %llu inodes are free): no login "
		           "can be recorded, and none is held", HOLDFAST_RUNDIR, (unsigned long long)room / 1024,
		           (unsigned long long)fs.f_favail);
}

void
doctor_check_run(struct doctor *d)
{
	if (!d->has_system)
		return;
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (!is_right(d, dirs[i].path, dirs[i].mode))
			break;
	check_space(d);
}
