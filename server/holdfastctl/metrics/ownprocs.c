/* SPDX-License-Identifier: MIT */
#include "ownprocs.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "leaderreg.h"
#include "paths.h"
#include "procstat.h"

#define MEMORY "/memfd:holdfast-session" /* as the kernel names it; sessionmem.h */
#define BLOCK 512                        /* of st_blocks */

static const char *const parts[OWNPROCS_PARTS] = {
	[OWNPROCS_DAEMON] = "holdfastd", [OWNPROCS_LEADER] = "leader", [OWNPROCS_KEEPER] = "keeper",
};

const char *
ownprocs_part(size_t part)
{
	return parts[part];
}

/* The resident pages of the process that DIR is of, without those of files and of shared memory (proc(5), statm). */
static uint64_t
anonymous_bytes(int dir)
{
	uint64_t resident, shared;
	char text[128];
	int fd = openat(dir, "statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read(fd, text, sizeof text - 1);
	long page = sysconf(_SC_PAGESIZE);

	fd_close(&fd);
	text[n > 0 ? n : 0] = '\0';
	if (page <= 0 || sscanf(text, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2 || resident < shared)
		return 0;
	return (resident - shared) * (uint64_t)page;
}

/* Opens /proc/PID if that is the process that began at START: a descriptor, or -1. */
static int
open_process(pid_t pid, uint64_t start)
{
	int dir = pid > 0 ? procstat_open(pid) : -1;
	struct procstat st;

	if (dir >= 0 && (procstat_read_at(dir, &st) || st.start != start || st.state == 'Z'))
		fd_close(&dir);
	return dir < 0 ? -1 : dir;
}

/*
 * What the leader whose fd directory D is holds.  It is root's, and so nobody else chooses what its descriptors lead
 * to.
 */
static uint64_t
held_bytes(DIR *d)
{
	const struct dirent *e;
	char target[64];
	struct stat st;

	while ((e = readdir(d))) {
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof target - 1);

		target[n > 0 ? n : 0] = '\0';
		if (strncmp(target, MEMORY, strlen(MEMORY)) == 0 && fstatat(dirfd(d), e->d_name, &st, 0) == 0)
			return (uint64_t)st.st_blocks * BLOCK;
	}
	return 0;
}

static void
add(struct ownprocs *o, size_t part, pid_t pid, uint64_t start)
{
	int dir = open_process(pid, start), fds;
	DIR *d = NULL;

	if (dir < 0)
		return;
	o->parts[part].count++;
	o->parts[part].bytes += anonymous_bytes(dir);
	if (part == OWNPROCS_LEADER) {
		fds = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		d = fds < 0 ? NULL : fdopendir(fds);
		if (!d)
			fd_close(&fds);
	}
	if (d) {
		o->held_bytes += held_bytes(d);
		closedir(d);
	}
	close(dir);
}

void
ownprocs_get(struct ownprocs *o, pid_t daemon, uint64_t start)
{
	const struct dirent *e;
	DIR *dir = opendir(PATH_LEADERS);
	struct leaderreg r;

	memset(o, 0, sizeof *o);
	add(o, OWNPROCS_DAEMON, daemon, start);
	while (dir && (e = readdir(dir)))
		if (leaderreg_read(&r, dirfd(dir), e->d_name) == 0) {
			add(o, OWNPROCS_LEADER, r.pid, r.start);
			add(o, OWNPROCS_KEEPER, r.keeper, r.keeper_start);
		}
	if (dir)
		closedir(dir);
}
