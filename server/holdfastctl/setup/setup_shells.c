/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostfile.h"
#include "layouts.h"
#include "setup.h"
#include "zshhook.h"

#define PROFILE_D "/etc/profile.d/00-holdfast.sh"

/* Whether /etc/shells has a shell of that name; POOR: one that cannot read /etc/profile.d. */
static bool
has_shell_that(const char *name, bool poor)
{
	char *text, *rest, *line;
	bool found = false;

	if (hostfile_read("/etc/shells", &text, NULL))
		return false;
	for (rest = text; !found && (line = hostfile_line(&rest));) {
		const char *slash = strrchr(line, '/');

		found = line[0] == '/' && slash && strcmp(slash + 1, name) == 0 && (!poor || !layouts_ash_reads_hook(line));
	}
	free(text);
	return found;
}

static bool
has_shell(const char *name)
{
	return has_shell_that(name, false);
}

/* For ash alone; the other shells then read the hook before the rest of /etc/profile, and once. */
static void
setup_ash(struct setup *s)
{
	if (s->undo || has_shell_that("ash", true))
		setup_block(s, "/etc/profile", "[ ! -r " PROFILE_D " ] || . " PROFILE_D "\n", BLOCK_FIRST, false);
}

/* Whether the file has our hook by other means than a block of setup's. */
static bool
hooked(struct setup *s, const char *path)
{
	char *text = setup_foreign_text(s, path);
	bool yes = text && (strstr(text, "holdfast-login") || strstr(text, "holdfast/hook."));

	free(text);
	return yes;
}

static void
hook(struct setup *s, const char *path, const char *line)
{
	if (!hooked(s, path))
		setup_block(s, path, line, BLOCK_FIRST, true);
	else if (s->undo)
		setup_say(path, "left alone: its hook was not written by setup");
	else
		setup_say(path, "nothing to do: the file has the hook");
}

void
setup_zsh(struct setup *s, bool force)
{
	const char *file = hostfile_exists("/etc/zsh") == 1 ? "/etc/zsh/zprofile" : "/etc/zprofile";

	if (!force && !s->undo && !has_shell("zsh"))
		return;
	if (!s->undo && zshhook_look() == ZSHHOOK_READ) {
		setup_say(ZSHHOOK_LINK, "nothing to do: zsh reads the hook by this file");
		return;
	}
	if (!force && !s->undo && layouts_zsh_reads_profile()) {
		setup_say(file, "nothing to do: zsh reads the hook by way of /etc/profile");
		return;
	}
	hook(s, file, "[ ! -r " HOLDFAST_DATADIR "/hook.zsh ] || . " HOLDFAST_DATADIR "/hook.zsh\n");
}

static void
setup_fish(struct setup *s)
{
	static const char *const theirs[] = {
		"/usr/share/fish/vendor_conf.d/00-holdfast.fish",
			"/usr/local/share/fish/vendor_conf.d/00-holdfast.fish",
		"/etc/fish/vendor_conf.d/00-holdfast.fish",
	};

	if (!s->undo && !has_shell("fish"))
		return;
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		if (hostfile_exists(theirs[i]) == 1) {
			setup_say(theirs[i], "nothing to do: the file is the hook");
			return;
		}
	hook(s, "/etc/fish/conf.d/00-holdfast.fish",
	     "test -r " HOLDFAST_DATADIR "/hook.fish; and source " HOLDFAST_DATADIR "/hook.fish\n");
}

static void
setup_csh(struct setup *s)
{
	static const char *const theirs[] = { "/etc/csh/login.d/00-holdfast.csh", "/etc/csh/login.d/00-holdfast",
	                                      "/etc/profile.d/00-holdfast.csh" };

	if (!s->undo && !has_shell("tcsh") && !has_shell("csh"))
		return;
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		if (hostfile_exists(theirs[i]) == 1) {
			setup_say(theirs[i], "nothing to do: the file is the hook");
			return;
		}
	hook(s, "/etc/csh.login", "if (-r " HOLDFAST_DATADIR "/hook.csh) source " HOLDFAST_DATADIR "/hook.csh\n");
}

void
setup_shells(struct setup *s)
{
	/* Where make install puts the sh hook; elsewhere than in /etc a file there leads to it. */
	if (strcmp(HOLDFAST_PROFILE, PROFILE_D) != 0)
		hook(s, PROFILE_D, "[ ! -r " HOLDFAST_PROFILE " ] || . " HOLDFAST_PROFILE "\n");
	else if (!s->undo && hostfile_exists(PROFILE_D) == 0)
		setup_trouble(s, PROFILE_D, "is missing: make install installs it");
	setup_ash(s);
	setup_zsh(s, false);
	setup_fish(s);
	setup_csh(s);
}
