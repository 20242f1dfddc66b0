/* SPDX-License-Identifier: MIT */
/* The installed files without which no login is held, and how they come back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"
#include "hostfile.h"
#include "paths.h"
#include "reinstall.h"

/* What a login needs of a file besides its being there. */
enum need { READ = S_IROTH, RUN = S_IXOTH, RUN_BY_ROOT = S_IXUSR };

static const struct {
	const char *path;
	enum need need;
} files[] = {
	{ PATH_LOGIN, RUN },
	{ PATH_KEEPER, RUN },
	{ HOLDFAST_LIBEXECDIR "/holdfast-resume", RUN },
	{ HOLDFAST_SBINDIR "/holdfastd", RUN_BY_ROOT },
	{ HOLDFAST_DATADIR "/hook.zsh", READ },
	{ HOLDFAST_DATADIR "/hook.fish", READ },
	{ HOLDFAST_DATADIR "/hook.csh", READ },
};

static const char *
wrong_mode(const char *path, enum need need, char fix[TEXT_CAP])
{
	snprintf(fix, TEXT_CAP, "chmod %s %s", need == READ ? "0644" : "0755", path);
	return need == READ ? "is not readable for users" : "is not executable";
}

/* What is wrong with PATH, NULL: nothing, or not visible; FIX (TEXT_CAP) is the line that mends that. */
static const char *
fault(const char *path, enum need need, char fix[TEXT_CAP])
{
	const char *what = NULL;
	char full[PATH_CAP];
	struct stat st;

	if (hostfile_path(full, sizeof full, path) < 0)
		return NULL;
	if (stat(full, &st) < 0)
		what = errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? "does not exist" : NULL;
	else if (!S_ISREG(st.st_mode))
		what = "is not a regular file";
	else if (!st.st_size)
		what = "is empty";
	else if (!((int)st.st_mode & (int)need))
		return wrong_mode(path, need, fix);
	if (what)
		reinstall_line(path, fix);
	return what;
}

/* A hook that is there must be readable; whether it has to be there is check_hook's. */
static const char *
fault_of_hook(char fix[TEXT_CAP])
{
	return hostfile_exists(HOLDFAST_PROFILE) == 1 ? fault(HOLDFAST_PROFILE, READ, fix) : NULL;
}

void
doctor_check_files(struct doctor *d)
{
	char fix[TEXT_CAP];
	const char *what;

	if (!d->has_system)
		return;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		what = fault(files[i].path, files[i].need, fix);
		if (what) {
			doctor_add(d, "files", DOCTOR_PROBLEM, fix, "%s %s", files[i].path, what);
			return;
		}
	}
	what = fault_of_hook(fix);
	if (what)
		doctor_add(d, "files", DOCTOR_PROBLEM, fix, "%s %s", HOLDFAST_PROFILE, what);
	else
		doctor_add(d, "files", DOCTOR_OK, NULL, "the programs and hooks are in their places");
}
