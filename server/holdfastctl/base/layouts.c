/* SPDX-License-Identifier: MIT */
#include "layouts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bounds.h"
#include "hostfile.h"
#include "run.h"

#define SHELL_MS 5000
#define HEAD_LINES 8 /* in which a generated file says so */
#define TEST_LINES 3 /* of a loop, in which /etc/profile tests a file */

/* Whether a line of PATH that is no comment has WORDS, and behind that no character of STOP. */
static bool
mentions(const char *path, const char *words, const char *stop)
{
	char *text, *rest, *line, *at;
	bool found = false;

	if (hostfile_read(path, &text, NULL))
		return false;
	for (rest = text; !found && (line = hostfile_line(&rest));) {
		at = line[0] != '#' ? strstr(line, words) : NULL;
		found = at && !(at[strlen(words)] && strchr(stop, at[strlen(words)]));
	}
	free(text);
	return found;
}

bool
layouts_profile_reads_directory(void)
{
	return mentions("/etc/profile", "profile.d", "");
}

/* Whether SHELL, a file of root's alone, can list /etc/profile.d as Debian 13's /etc/profile does. */
static bool
lists_directory(const char *shell)
{
	const char *const argv[] = { shell, "-c", "run-parts --list /etc/profile.d", NULL };
	struct stat st;

	return stat(shell, &st) == 0 && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
	       run_program(argv, SHELL_MS, NULL) == 0;
}

bool
layouts_ash_reads_hook(const char *shell)
{
	return !mentions("/etc/profile", "run-parts", "") || mentions("/etc/profile", "00-holdfast.sh", "") ||
	       lists_directory(shell);
}

bool
layouts_profile_wants_executable(void)
{
	char *text, *rest, *line;
	int left = 0;
	bool wants = false;

	if (hostfile_read("/etc/profile", &text, NULL))
		return false;
	for (rest = text; !wants && (line = hostfile_line(&rest)); left--) {
		if (line[0] != '#' && strstr(line, "profile.d/"))
			left = TEST_LINES;
		wants = left > 0 && (strncmp(line, "if [ -x ", 8) == 0 || strncmp(line, "[ -x ", 5) == 0 ||
		                     strstr(line, "; [ -x ") || strstr(line, "do [ -x "));
	}
	free(text);
	return wants;
}

bool
layouts_zsh_reads_profile(void)
{
	return mentions("/etc/zsh/zprofile", "/etc/profile", ".") || mentions("/etc/zprofile", "/etc/profile", ".");
}

bool
layouts_csh_reads_profile_d(void)
{
	return mentions("/etc/csh.login", "/etc/profile.d/", "") || mentions("/etc/csh.cshrc", "/etc/profile.d/", "");
}

/* Whether the custom profile of authselect that is in force has MODULE in its template of FILE. */
static bool
in_custom_profile(const char *file, const char *module)
{
	const char *slash = strrchr(file, '/');
	char *text, *rest, *name, path[PATH_CAP];
	bool found = false;

	if (hostfile_read("/etc/authselect/authselect.conf", &text, NULL))
		return false;
	rest = text;
	name = hostfile_line(&rest);
	if (name && strncmp(name, "custom/", 7) == 0 && !strstr(name, "..") &&
	    snprintf(path, sizeof path, "/etc/authselect/%s/%s", name, slash ? slash + 1 : file) < (int)sizeof path)
		found = mentions(path, module, "");
	free(text);
	return found;
}

const char *
layouts_pam_generator(const char *file, const char *module)
{
	char *text, *rest, *line;
	const char *by = NULL;

	if (hostfile_read(file, &text, NULL))
		return NULL;
	rest = text;
	for (int i = 0; !by && i < HEAD_LINES && (line = hostfile_line(&rest));)
		if (line[0] == '#') {
			i++;
			by = strstr(line, "authselect") ? "authselect" : strstr(line, "pam-config") ? "pam-config" : NULL;
		}
	free(text);
	return by && strcmp(by, "authselect") == 0 && in_custom_profile(file, module) ? NULL : by;
}
