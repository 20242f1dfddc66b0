/* SPDX-License-Identifier: MIT */
#include "reinstall.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostfile.h"
#include "run.h"

#define QUERY_MS 3000

/* Whether TEXT has the line WORDS; cuts TEXT up. */
static bool
has_line(char *text, const char *words)
{
	char *rest = text, *line;

	while ((line = hostfile_line(&rest)))
		if (strcmp(line, words) == 0)
			return true;
	return false;
}

static bool
file_has_line(const char *file, const char *words)
{
	char *text;
	bool found;

	if (hostfile_read(file, &text, NULL))
		return false;
	found = has_line(text, words);
	free(text);
	return found;
}

static bool
dpkg_lists(const char *path)
{
	char root[PATH_CAP], option[PATH_CAP + 16], *text = NULL;
	const char *const argv[] = { "dpkg-query", "--listfiles", "holdfast", NULL };
	const char *const rooted[] = { "dpkg-query", option, "--listfiles", "holdfast", NULL };
	bool found;

	if (hostfile_path(root, sizeof root, "/"))
		return false;
	snprintf(option, sizeof option, "--root=%s", root);
	found = run_program(strcmp(root, "/") == 0 ? argv : rooted, QUERY_MS, &text) == 0 && text && has_line(text, path);
	free(text);
	return found;
}

/* After "apt remove" dpkg still lists files of /etc. */
static bool
is_dpkgs(const char *path)
{
	/* dpkg calls files of /usr/lib by the names that their package gave them, /lib/... */
	return dpkg_lists(path) || (strncmp(path, "/usr/", 5) == 0 && dpkg_lists(path + 4));
}

static bool
is_rpms(void)
{
	static const char *const argv[] = { "rpm", "-q", "--quiet", "holdfast", NULL };

	return (hostfile_exists("/usr/lib/sysimage/rpm") == 1 || hostfile_exists("/var/lib/rpm") == 1) &&
	       run_program(argv, QUERY_MS, NULL) == 0;
}

static bool
is_pacmans(void)
{
	char pattern[PATH_CAP];
	glob_t g = { 0 };
	bool found = hostfile_path(pattern, sizeof pattern, "/var/lib/pacman/local/holdfast-[0-9]*") == 0 &&
	             glob(pattern, 0, NULL, &g) == 0;

	globfree(&g);
	return found;
}

void
reinstall_line(const char *path, char line[TEXT_CAP])
{
	const char *command = "make install";

	if (is_dpkgs(path))
		/* Of a lost file of /etc dpkg believes that the administrator has removed it. */
		command = strncmp(path, "/etc/", 5) == 0
		          ? "apt install --reinstall -o Dpkg::Options::=--force-confmiss holdfast"
		          : "apt install --reinstall holdfast";
	else if (is_rpms())
		command = hostfile_exists("/usr/bin/zypper") == 1 ? "zypper install --force holdfast" : "dnf reinstall holdfast";
	else if (file_has_line("/lib/apk/db/installed", "P:holdfast"))
		command = "apk fix --reinstall holdfast";
	else if (is_pacmans())
		command = "pacman -S holdfast";
	snprintf(line, TEXT_CAP, "%s", command);
}
