/* SPDX-License-Identifier: MIT */
/* Files that are read before the hook, and so twice when a session is made; and executables of resume.d. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "hostfile.h"
#include "paths.h"
#include "resumed.h"

#define HOOK_NAME "00-holdfast.sh"

static const char put_first[] =
	"to run the hook first, at the top of /etc/profile: [ ! -r /etc/profile.d/" HOOK_NAME " ] || . /etc/profile.d/"
	HOOK_NAME;

/* Paths with commas between them, as many as there is room for. */
struct names {
	char text[TEXT_CAP / 2];
	size_t len;
};

static void
add_name(struct names *n, const char *path)
{
	size_t need = strlen(path) + 2;

	if (n->len + need < sizeof n->text)
		n->len += (size_t)snprintf(n->text + n->len, sizeof n->text - n->len, "%s%s", n->len ? ", " : "", path);
}

/* The next line that is not a comment, or NULL. */
static char *
next_line(char **rest)
{
	char *line;

	while ((line = hostfile_line(rest)) && (!*line || *line == '#'))
		;
	return line;
}

/* Files of profile.d that are read before the hook. */
static void
add_profile_d(struct names *n)
{
	char dir[PATH_CAP], path[PATH_CAP];
	struct dirent **v;
	int count;

	if (hostfile_path(dir, sizeof dir, "/etc/profile.d") < 0 || (count = scandir(dir, &v, NULL, alphasort)) < 0)
		return;
	for (int i = 0; i < count; i++) {
		const char *dot = strrchr(v[i]->d_name, '.');

		if (v[i]->d_name[0] != '.' && dot && strcmp(dot, ".sh") == 0 && strcmp(v[i]->d_name, HOOK_NAME) < 0 &&
		    snprintf(path, sizeof path, "/etc/profile.d/%.200s", v[i]->d_name) < (int)sizeof path)
			add_name(n, path);
		free(v[i]);
	}
	free(v);
}

/* For sh and its kind.  A hook that stands first in /etc/profile has nothing before it. */
static void
add_profile(struct names *n)
{
	char *text, *rest, *line;
	bool first = true, rc = false;

	if (hostfile_read("/etc/profile", &text, NULL))
		return;
	for (rest = text; (line = next_line(&rest)) && !strstr(line, "profile.d"); first = false)
		rc |= strstr(line, "/etc/bash.bashrc") != NULL;
	if (!first)
		add_name(n, "/etc/profile");
	if (rc)
		add_name(n, "/etc/bash.bashrc");
	if (!first || !line || !strstr(line, HOOK_NAME))
		add_profile_d(n);
	free(text);
}

static void
add_if_any(struct names *n, const char *path)
{
	char *text, *rest;

	if (hostfile_read(path, &text, NULL))
		return;
	rest = text;
	if (next_line(&rest))
		add_name(n, path);
	free(text);
}

static void
check_before(struct doctor *d)
{
	struct names n = { .len = 0 };
	char own[PATH_CAP];
	bool sh = false;

	snprintf(own, sizeof own, "%.900s/.zshenv", d->home);
	if (strstr(d->shell, "zsh")) {
		add_if_any(&n, "/etc/zsh/zshenv");
		add_if_any(&n, "/etc/zshenv");
		add_if_any(&n, own);
	} else if (strstr(d->shell, "csh")) {
		add_if_any(&n, "/etc/csh.cshrc");
	} else if (!strstr(d->shell, "fish")) {
		add_profile(&n);
		sh = true;
	}
	if (n.len)
		doctor_add(d, "hook.before", DOCTOR_OK, sh ? put_first : NULL, "everything before the hook happens "
		           "twice when a session is made, such as the output and log lines of %s", n.text);
	else
		doctor_add(d, "hook.before", DOCTOR_OK, NULL, "no file is read before the hook");
}

static bool
is_safe(const struct stat *st)
{
	return st->st_uid == 0 && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* Whether the entry NAME of DIR is meant to be run and is not. */
static bool
is_passed_over(int dir, const char *name)
{
	struct stat st;

	return name[0] != '.' && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (!resumed_name_ok(name) || !S_ISREG(st.st_mode) || !is_safe(&st) || !(st.st_mode & S_IXOTH));
}

static void
check_resume_d(struct doctor *d)
{
	struct names n = { .len = 0 };
	char path[PATH_CAP];
	struct stat st;
	const struct dirent *e;
	DIR *dir;

	if (hostfile_path(path, sizeof path, PATH_RESUME_D) < 0 || !(dir = opendir(path)))
		return;
	while ((e = readdir(dir)))
		if (is_passed_over(dirfd(dir), e->d_name))
			add_name(&n, e->d_name);
	if (fstat(dirfd(dir), &st) == 0 && !is_safe(&st))
		doctor_add(d, "resume.d", DOCTOR_WARN, "chown root " PATH_RESUME_D "; chmod go-w " PATH_RESUME_D,
		           "no file in %s is run: users other than root can write to the directory", PATH_RESUME_D);
	else if (n.len)
		doctor_add(d, "resume.d", DOCTOR_WARN, NULL, "not run at a resume, in %s: %s; a name must have only "
		           "letters, digits, _ and -, and the file must belong to root, be executable, and be "
		           "writable only for root",
		           PATH_RESUME_D, n.text);
	closedir(dir);
}

void
doctor_check_before(struct doctor *d)
{
	if (!d->has_system || !d->shell[0])
		return;
	if (doctor_has_hook(d->shell))
		check_before(d);
	check_resume_d(d);
}
