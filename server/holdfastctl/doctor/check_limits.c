/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "doctor.h"
#include "grouplist.h"
#include "hostfile.h"
#include "pamconf.h"
#include "pamlimits.h"
#include "paths.h"

#define LIMITS_FEW 3 /* fewer logins than a person with two windows and a dropped session needs */

/* The limit that means the user: 0 or a negative errno; HIDDEN is a file that cannot be read. */
static int
find_limit(const struct doctor *d, struct pamlimits *l, char hidden[PATH_CAP])
{
	struct pamlimits_user u = { .name = d->user, .uid = d->uid, .gid = d->gid };
	gid_t *gids;
	int rc;

	u.group_count = grouplist_ids(d->user, d->gid, &gids);
	u.groups = gids;
	rc = u.group_count < 0 ? u.group_count
	     : pamlimits_read(PAMLIMITS_CONF, PAMLIMITS_DIR, &u, l, hidden, PATH_CAP);
	free(gids);
	return rc;
}

static bool
limits_count(void)
{
	struct pamconf c;
	bool yes;

	pamconf_read(&c, "sshd");
	yes = pamconf_session(&c, "pam_limits.so") != NULL;
	pamconf_free(&c);
	return yes;
}

/* The owners of the logins, for a sentence. */
static const char *
whose(const struct doctor *d, const struct pamlimits *l, char text[TEXT_CAP])
{
	const struct group *gr = l->counted == PAMLIMITS_GROUP ? getgrgid(l->group) : NULL;

	if (l->counted == PAMLIMITS_OWN)
		snprintf(text, TEXT_CAP, "%s", d->user);
	else if (gr)
		snprintf(text, TEXT_CAP, "the members of %s together", gr->gr_name);
	else
		snprintf(text, TEXT_CAP, "all users together");
	return text;
}

static void
check_maxlogins(struct doctor *d)
{
	char hidden[PATH_CAP] = "", who[TEXT_CAP];
	struct pamlimits l = { .logins = PAMLIMITS_NONE };
	int rc = find_limit(d, &l, hidden);

	if (rc)
		doctor_add(d, "limits.maxlogins", DOCTOR_UNKNOWN, NULL, "cannot read limits.conf for %s: %s", d->user,
		           strerror(-rc));
	else if (l.logins != PAMLIMITS_NONE)
		doctor_add(d, "limits.maxlogins", l.logins <= LIMITS_FEW ? DOCTOR_WARN : DOCTOR_OK,
		           l.logins <= LIMITS_FEW ? "raise maxlogins in /etc/security/limits.conf" : NULL,
		           "limits.conf lets %s have %d logins at a time%s; held sessions count as logins, and "
		           "holdfastd holds no new session when only one login is left", whose(d, &l, who), l.logins,
		           limits_count() ? "" : " (sshd does not use pam_limits, but holdfastd keeps to the limit)");
	else if (hidden[0])
		doctor_add(d, "limits.maxlogins", DOCTOR_UNKNOWN, NULL, "cannot read %s: it may limit the number of "
		           "logins, and held sessions count as logins", hidden);
	else
		doctor_add(d, "limits.maxlogins", DOCTOR_OK, NULL, "limits.conf does not limit the number of logins "
		           "of %s", d->user);
}

long
doctor_tmout(char *text)
{
	long found = 0;
	char *line;

	while ((line = hostfile_line(&text))) {
		static const char *const words[] = { "export ", "readonly ", "declare -x ", "declare -rx ",
		                                    "typeset -x " };
		const char *p = line, *end;

		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (strncmp(p, words[i], strlen(words[i])) == 0)
				p += strlen(words[i]);
		if (strncmp(p, "TMOUT=", 6) == 0) {
			p += 6 + (p[6] == '"' || p[6] == '\'');
			found = strtol(p, (char **)(uintptr_t)&end, 10);
			found = end == p || found < 0 ? 0 : found;
		}
	}
	return found;
}

/* The TMOUT that the files of a pattern set, 0: none; *WHERE is the file. */
static long
tmout_in(const char *pattern, char where[PATH_CAP])
{
	char full[PATH_CAP], prefix[PATH_CAP];
	glob_t g = { 0 };
	long found = 0;

	hostfile_path(prefix, sizeof prefix, "");
	hostfile_path(full, sizeof full, pattern);
	glob(full, 0, NULL, &g);
	for (size_t i = 0; found <= 0 && i < g.gl_pathc; i++) {
		const char *path = g.gl_pathv[i] + strlen(prefix);
		char *text;

		if (hostfile_read(path, &text, NULL))
			continue;
		found = doctor_tmout(text);
		snprintf(where, PATH_CAP, "%s", path);
		free(text);
	}
	globfree(&g);
	return found;
}

static void
check_tmout(struct doctor *d)
{
	static const char *const patterns[] = {
		"/etc/profile", "/etc/profile.d/*.sh", "/etc/bash.bashrc", "/etc/bashrc", "/etc/zsh/zshrc",
			"/etc/zshrc",
	};
	const char *env = d->self ? getenv("TMOUT") : NULL;
	char where[PATH_CAP] = "your environment";
	long least = env ? strtol(env, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof patterns / sizeof *patterns && least <= 0; i++)
		least = tmout_in(patterns[i], where);
	if (least > 0)
		doctor_add(d, "tmout", DOCTOR_WARN, "unset TMOUT, in the start-up files of the shell",
		           "TMOUT=%ld in %s: a shell ends itself after this many seconds at its prompt, also a held "
		           "one without a terminal",
		           least, where);
	else
		doctor_add(d, "tmout", DOCTOR_OK, NULL, "no TMOUT ends a shell at its prompt");
}

/* Whether PATH has a label that lets it be run as a program of the system. */
static bool
labelled(const char *path, char label[256])
{
	ssize_t n = getxattr(path, "security.selinux", label, 255);

	label[n > 0 ? n : 0] = '\0';
	return n <= 0 || strstr(label, ":bin_t") || strstr(label, "_exec_t");
}

static void
check_selinux(struct doctor *d)
{
	static const char *const files[] = { HOLDFAST_SBINDIR "/holdfastd", PATH_KEEPER, PATH_LOGIN };
	char *text, label[256];
	bool enforcing;

	if (hostfile_read("/sys/fs/selinux/enforce", &text, NULL))
		return;
	enforcing = text[0] == '1';
	free(text);
	if (!enforcing) {
		doctor_add(d, "selinux", DOCTOR_OK, NULL, "SELinux is not enforcing");
		return;
	}
	for (size_t i = 0; d->has_system && i < sizeof files / sizeof *files; i++)
		if (!labelled(files[i], label)) {
			doctor_add(d, "selinux", DOCTOR_PROBLEM,
			           "restorecon -Rv " HOLDFAST_LIBEXECDIR " " HOLDFAST_SBINDIR "/holdfastd",
			           "SELinux is enforcing, and %s has the label %s", files[i], label);
			return;
		}
	labelled(HOLDFAST_SBINDIR "/holdfastd", label);
	if (strstr(label, ":holdfastd_exec_t"))
		doctor_add(d, "selinux", DOCTOR_OK, NULL, "SELinux is enforcing, and the host has holdfast's policy module");
	else
		doctor_add(d, "selinux", DOCTOR_WARN, d->has_system ? "install holdfast's policy module (the package "
		           "holdfast-selinux, or INSTALL.md); what the policy denies: ausearch -m avc -ts recent" : NULL,
		           "SELinux is enforcing, and the host does not have holdfast's policy module: holdfastd runs in the "
		           "domain that the host's policy gives it");
}

void
doctor_check_limits(struct doctor *d)
{
	check_maxlogins(d);
	check_tmout(d);
	check_selinux(d);
}
