/* SPDX-License-Identifier: MIT */
#include "reinstall.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostfile.h"
#include "run.h"

#define RPM_MS 3000
#define DPKG_LIST "/var/lib/dpkg/info/holdfast.list"

/* Whether the text file FILE has the line WORDS, or that without its first SKIP characters. */
static bool
has_line(const char *file, const char *words, size_t skip)
{
	char *text, *rest, *line;
	bool found = false;

	if (hostfile_read(file, &text, NULL))
		return false;
	for (rest = text; !found && (line = hostfile_line(&rest));)
		found = strcmp(line, words) == 0 || (skip && strcmp(line, words + skip) == 0);
	free(text);
	return found;
}

/* After "apt remove" the list still has files of /etc. */
static bool
is_dpkgs(const char *path)
{
	/* dpkg calls files of /usr/lib by the names that their package gave them, /lib/... */
	return has_line(DPKG_LIST, path, strncmp(path, "/usr/", 5) == 0 ? 4 : 0);
}

static bool
is_rpms(void)
{
	static const char *const argv[] = { "rpm", "-q", "--quiet", "holdfast", NULL };

	return (hostfile_exists("/usr/lib/sysimage/rpm") == 1 || hostfile_exists("/var/lib/rpm") == 1) &&
	       run_program(argv, RPM_MS, NULL) == 0;
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
	else if (has_line("/lib/apk/db/installed", "P:holdfast", 0))
		command = "apk fix --reinstall holdfast";
	else if (is_pacmans())
		command = "pacman -S holdfast";
	snprintf(line, TEXT_CAP, "%s", command);
}
