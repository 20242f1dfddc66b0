/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemonsock.h"
#include "hostfile.h"
#include "paths.h"
#include "rootless.h"
#include "setup.h"

static const char sh_line[] = "[ ! -r " HOLDFAST_DATADIR "/own.sh ] || . " HOLDFAST_DATADIR "/own.sh\n";

/* The start-up files of login shells, below the home directory; of several the shell reads the first existing one. */
static const struct {
	const char *shell, *files[3], *line;
} profiles[] = {
	{ "bash", { ".bash_profile", ".bash_login", ".profile" }, sh_line },
	{ "sh", { ".profile" }, sh_line },
	{ "dash", { ".profile" }, sh_line },
	{ "ksh", { ".profile" }, sh_line },
	{ "ksh93", { ".profile" }, sh_line },
	{ "mksh", { ".profile" }, sh_line },
	{ "ash", { ".profile" }, sh_line },
	{ "zsh", { ".zprofile" }, "[ ! -r " HOLDFAST_DATADIR "/own.zsh ] || . " HOLDFAST_DATADIR "/own.zsh\n" },
	{ "fish", { ".config/fish/conf.d/00-holdfast.fish" },
	  "test -r " HOLDFAST_DATADIR "/own.fish; and source " HOLDFAST_DATADIR "/own.fish\n" },
	{ "tcsh", { ".login" }, "if (-r " HOLDFAST_DATADIR "/own.csh) source " HOLDFAST_DATADIR "/own.csh\n" },
	{ "bsd-csh", { ".login" }, "if (-r " HOLDFAST_DATADIR "/own.csh) source " HOLDFAST_DATADIR "/own.csh\n" },
	{ "csh", { ".login" }, "if (-r " HOLDFAST_DATADIR "/own.csh) source " HOLDFAST_DATADIR "/own.csh\n" },
};

#define PROFILES (sizeof profiles / sizeof *profiles)

static bool
path_below(char out[PATH_CAP], const char *home, const char *file)
{
	return snprintf(out, PATH_CAP, "%s/%s", home, file) < PATH_CAP;
}

/* The file that a login shell reads: the first existing one, else the last one. */
static void
put_into(struct setup *s, const char *home, size_t which)
{
	char path[PATH_CAP] = "";

	for (size_t i = 0; i < 3 && profiles[which].files[i]; i++)
		if (!path_below(path, home, profiles[which].files[i]) || hostfile_exists(path) == 1)
			break;
	if (setup_block(s, path, profiles[which].line, BLOCK_FIRST, true))
		setup_say(path, "your login shells (%s) will be held", profiles[which].shell);
}

static void
take_out_of_all(struct setup *s, const char *home)
{
	static const char *const files[] = { ".bash_profile", ".bash_login", ".profile", ".zprofile",
	                                     ".config/fish/conf.d/00-holdfast.fish", ".login" };
	char path[PATH_CAP];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (path_below(path, home, files[i]) && hostfile_exists(path) == 1)
			setup_block(s, path, "", BLOCK_FIRST, false);
}

/* Root's holdfast is there, or was. */
static void
say_whose_host(void)
{
	if (daemonsock_ask() == -ECONNREFUSED)
		setup_say("setup", "nothing to do: root has installed holdfast, but " PATH_DAEMON_SOCK " is a socket that no "
		                   "process listens on; root starts holdfastd again, or removes the socket if holdfast was "
		                   "removed");
	else
		setup_say("setup", "nothing to do: this host already has holdfast (as root, setup changes the host)");
}

void
setup_user(struct setup *s)
{
	const struct passwd *pw = getpwuid(geteuid());
	const char *home = pw ? pw->pw_dir : NULL, *shell = pw ? strrchr(pw->pw_shell, '/') : NULL;

	if (!home || home[0] != '/') {
		setup_trouble(s, "setup", "your home directory is unknown");
		return;
	}
	if (s->undo) {
		take_out_of_all(s, home);
		return;
	}
	if (!rootless_is_the_way()) {
		say_whose_host();
		return;
	}
	for (size_t i = 0; i < PROFILES; i++)
		if (strcmp(profiles[i].shell, shell ? shell + 1 : "sh") == 0) {
			put_into(s, home, i);
			return;
		}
	setup_trouble(s, "setup", "unknown login shell %s", pw->pw_shell);
}
