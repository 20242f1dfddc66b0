/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "hostfile.h"
#include "layouts.h"
#include "paths.h"
#include "reinstall.h"
#include "zshhook.h"

#define PROFILE_D "/etc/profile.d/00-holdfast.sh"
#define PROFILE_D_CSH "/etc/profile.d/00-holdfast.csh"

enum family { SH, ZSH, FISH, CSH, NONE };

/* INSTALL.md has a row for each, and for those that have no hook. */
static const struct {
	const char *shell;
	enum family family;
} shells[] = {
	{ "bash", SH }, { "rbash", SH }, { "sh", SH }, { "dash", SH }, { "ksh", SH }, { "ksh93", SH }, { "rksh93", SH },
	{ "mksh", SH }, { "mksh-static", SH }, { "lksh", SH }, { "ash", SH }, { "posh", SH },
	{ "zsh", ZSH }, { "rzsh", ZSH }, { "fish", FISH }, { "tcsh", CSH }, { "csh", CSH }, { "bsd-csh", CSH },
};

/* The possible files of a hook ("~": the home directory), and the text that marks it. */
static const struct sessiondir {
	enum family family;
	bool own;         /* the hook of a user without root */
	const char *path;
	const char *words[2];
} places[] = {
	{ SH, false, PROFILE_D, { "holdfast" } },
	{ ZSH, false, "/etc/zsh/zprofile", { "holdfast-login", "holdfast/hook." } },
	{ ZSH, false, "/etc/zprofile", { "holdfast-login", "holdfast/hook." } },
	{ ZSH, false, "~/.zprofile", { "holdfast-login", "holdfast/hook." } },
	{ FISH, false, "/etc/fish/conf.d/00-holdfast.fish", { "holdfast" } },
	{ FISH, false, "/usr/share/fish/vendor_conf.d/00-holdfast.fish", { "holdfast" } },
	{ FISH, false, "/usr/local/share/fish/vendor_conf.d/00-holdfast.fish", { "holdfast" } },
	{ FISH, false, "~/.config/fish/conf.d/00-holdfast.fish", { "holdfast-login", "holdfast/hook." } },
	{ CSH, false, "/etc/csh.login", { "holdfast-login", "holdfast/hook." } },
	{ CSH, false, "/etc/csh/login.d/00-holdfast.csh", { "holdfast" } },
	{ CSH, false, "/etc/csh/login.d/00-holdfast", { "holdfast" } },
	{ CSH, false, PROFILE_D_CSH, { "holdfast" } },
	{ CSH, false, "~/.login", { "holdfast-login", "holdfast/hook." } },
	{ SH, true, "~/.bash_profile", { "holdfast/own." } },
	{ SH, true, "~/.bash_login", { "holdfast/own." } },
	{ SH, true, "~/.profile", { "holdfast/own." } },
	{ ZSH, true, "~/.zprofile", { "holdfast/own." } },
	{ FISH, true, "~/.config/fish/conf.d/00-holdfast.fish", { "holdfast/own." } },
	{ CSH, true, "~/.login", { "holdfast/own." } },
};

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static enum family
family_of(const char *shell)
{
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (strcmp(shells[i].shell, last_part(shell)) == 0)
			return shells[i].family;
	return NONE;
}

bool
doctor_has_hook(const char *shell)
{
	return family_of(shell) != NONE;
}

/* 1: the file has the hook; 0: it does not; or a negative errno. */
static int
look(const struct doctor *d, const struct sessiondir *p, char path[PATH_CAP])
{
	char *text;
	int rc;

	if (p->path[0] == '~')
		snprintf(path, PATH_CAP, "%.900s%s", d->home, p->path + 1);
	else
		snprintf(path, PATH_CAP, "%s", p->path);
	rc = hostfile_read(path, &text, NULL);
	if (rc)
		return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
	for (size_t i = 0; !rc && i < 2 && p->words[i]; i++)
		rc = strstr(text, p->words[i]) != NULL;
	free(text);
	return rc;
}

/* The sh hook is in its place: whether /etc/profile reads it there, else with the finding. */
static bool
profile_reads_hook(struct doctor *d)
{
	char full[PATH_CAP];

	if (!layouts_profile_reads_directory()) {
		doctor_add(d, "hook", DOCTOR_PROBLEM, "make /etc/profile read /etc/profile.d/*.sh",
		           "/etc/profile does not read /etc/profile.d, where the hook is");
		return false;
	}
	if (strcmp(last_part(d->shell), "ash") == 0 && !layouts_ash_reads_hook(d->shell)) {
		doctor_add(d, "hook", DOCTOR_PROBLEM,
		           "put at the top of /etc/profile: [ ! -r " PROFILE_D " ] || . " PROFILE_D,
		           "%s cannot read /etc/profile.d: its run-parts has not the options that /etc/profile gives",
		           d->shell);
		return false;
	}
	if (layouts_profile_wants_executable() && hostfile_path(full, sizeof full, PROFILE_D) == 0 &&
	    access(full, X_OK) < 0) {
		doctor_add(d, "hook", DOCTOR_PROBLEM, "chmod +x " PROFILE_D,
		           "/etc/profile reads executable files of /etc/profile.d alone, and " PROFILE_D " is not one");
		return false;
	}
	return true;
}

/* Whether a hook of that kind is found; *HIDDEN is a file that may have it. */
static bool
find(const struct doctor *d, enum family family, bool own, char path[PATH_CAP], char hidden[PATH_CAP])
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		int rc;

		if (places[i].family != family || places[i].own != own ||
		    (strcmp(places[i].path, PROFILE_D_CSH) == 0 && !layouts_csh_reads_profile_d()))
			continue;
		rc = look(d, &places[i], path);
		if (rc > 0)
			return true;
		if (rc < 0)
			memcpy(hidden, path, PATH_CAP);
	}
	return false;
}

static void
say_missing(struct doctor *d, enum family family)
{
	char fix[TEXT_CAP];

	snprintf(fix, sizeof fix, "holdfastctl setup%s", family == ZSH ? " --zsh" : "");
	/* Where the package or make install puts it, setup does not. */
	if (family == SH && strcmp(HOLDFAST_PROFILE, PROFILE_D) == 0)
		reinstall_line(PROFILE_D, fix);
	doctor_add(d, "hook", DOCTOR_PROBLEM, fix, "%s has no hook: login shells of %s are not held", d->shell, d->user);
}

static void
check_system(struct doctor *d, enum family family)
{
	char path[PATH_CAP], hidden[PATH_CAP] = "";
	enum zshhook compiled;

	if (family == SH && hostfile_exists(PROFILE_D) == 1 && !profile_reads_hook(d))
		return;
	compiled = family == ZSH ? zshhook_look() : ZSHHOOK_NONE;
	if (compiled == ZSHHOOK_READ)
		doctor_add(d, "hook", DOCTOR_OK, NULL, "%s reads the hook (%s)", d->shell, ZSHHOOK_LINK);
	else if (find(d, family, false, path, hidden))
		doctor_add(d, "hook", DOCTOR_OK, NULL, "%s reads the hook (%s)", d->shell, path);
	else if (family == ZSH && hostfile_exists(PROFILE_D) == 1 && layouts_zsh_reads_profile())
		doctor_add(d, "hook", DOCTOR_OK, NULL, "%s reads the hook by way of /etc/profile", d->shell);
	else if (hidden[0])
		doctor_add(d, "hook", DOCTOR_UNKNOWN, NULL, "cannot tell whether %s reads the hook: %s",
		           d->shell, hidden);
	else if (compiled == ZSHHOOK_UNREAD)
		doctor_add(d, "hook", DOCTOR_PROBLEM, HOLDFAST_LIBEXECDIR "/holdfast-zsh add",
		           "%s does not read the hook: " ZSHHOOK_FILE " is missing, older than zprofile, or made for "
		           "another version of zsh", d->shell);
	else
		say_missing(d, family);
}

/* The needs of a rootless session besides the hook. */
static void
check_own_parts(struct doctor *d)
{
	if (access(PATH_KEEPER, X_OK) < 0)
		doctor_add(d, "own.keeper", DOCTOR_PROBLEM, "make install", "cannot run %s", PATH_KEEPER);
	if (d->self && access(d->home, W_OK | X_OK) < 0)
		doctor_add(d, "own.place", DOCTOR_PROBLEM, "chmod u+wx ~", "no directory for sessions: %s is not writable",
		           d->home);
}

static void
check_own(struct doctor *d, enum family family)
{
	char path[PATH_CAP], hidden[PATH_CAP] = "";

	if (find(d, family, true, path, hidden)) {
		d->own_hook = true;
		doctor_add(d, "hook", DOCTOR_OK, NULL, "this host has no holdfast; your own hook is in %s",
		           path);
		check_own_parts(d);
	} else if (hidden[0]) {
		doctor_add(d, "hook", DOCTOR_UNKNOWN, NULL, "this host has no holdfast; cannot tell whether %s has a "
		           "hook of their own: %s", d->user, hidden);
	} else {
		doctor_add(d, "hook", DOCTOR_PROBLEM, "holdfastctl setup  (as root for the host, as a user for "
		           "yourself)",
		           "holdfast is set up neither on this host nor for %s", d->user);
	}
}

void
doctor_check_hook(struct doctor *d)
{
	enum family family = family_of(d->shell);

	if (!d->shell[0])
		doctor_add(d, "hook", DOCTOR_UNKNOWN, NULL, "the login shell of %s is unknown", d->user);
	else if (family == NONE)
		doctor_add(d, "hook", DOCTOR_PROBLEM, "chsh -s /bin/bash",
		           "there is no hook for the login shell %s: it is not held", d->shell);
	else if (d->has_system)
		check_system(d, family);
	else
		check_own(d, family);
}
