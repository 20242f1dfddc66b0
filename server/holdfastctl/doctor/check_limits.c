/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "pamconf.h"
#include "doctor.h"
#include "hostfile.h"
#include "paths.h"

#define LIMITS_FEW 3 /* fewer logins than a person with two windows and a dropped session needs */

static bool
applies(const char *domain, const char *user, const char *const *groups)
{
	if (strcmp(domain, "*") == 0 || strcmp(domain, user) == 0)
		return true;
	/* "%" without a name counts all users together. */
	if (domain[0] == '%' && (!domain[1] || domain[1] == '*'))
		return true;
	for (; (domain[0] == '@' || domain[0] == '%') && *groups; groups++)
		if (strcmp(domain + 1, *groups) == 0)
			return true;
	return false;
}

long
doctor_limit(char *text, const char *user, const char *const *groups)
{
	long least = -1;
	char *line;

	while ((line = hostfile_line(&text))) {
		char domain[128], type[16], item[32], value[32];
		long n;

		line[strcspn(line, "#")] = '\0';
		if (sscanf(line, "%127s %15s %31s %31s", domain, type, item, value) != 4 ||
		    (strcmp(item, "maxlogins") != 0 && strcmp(item, "maxsyslogins") != 0) ||
		    !applies(domain, user, groups))
			continue;
		n = strtol(value, NULL, 10);
		if (value[0] >= '0' && value[0] <= '9' && (least < 0 || n < least))
			least = n;
	}
	return least;
}

/* The least limit in all files, -1: none; HIDDEN is one that can't be read. */
static long
find_limit(const struct doctor *d, char hidden[PATH_CAP])
{
	char pattern[PATH_CAP], prefix[PATH_CAP];
	glob_t g = { 0 };
	long least = -1;

	hostfile_path(prefix, sizeof prefix, "");
	hostfile_path(pattern, sizeof pattern, "/etc/security/limits.conf");
	glob(pattern, 0, NULL, &g);
	hostfile_path(pattern, sizeof pattern, "/etc/security/limits.d/*.conf");
	glob(pattern, GLOB_APPEND, NULL, &g);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *path = g.gl_pathv[i] + strlen(prefix);
		char *text;
		long n;

		if (hostfile_read(path, &text, NULL)) {
			snprintf(hidden, PATH_CAP, "%s", path);
			continue;
		}
		n = doctor_limit(text, d->user, (const char *const *)d->groups);
		least = n >= 0 && (least < 0 || n < least) ? n : least;
		free(text);
	}
	globfree(&g);
	return least;
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

static void
check_maxlogins(struct doctor *d)
{
	char hidden[PATH_CAP] = "";
	long limit = find_limit(d, hidden);

	if (limit >= 0 && limits_count())
		doctor_add(d, "limits.maxlogins", limit <= LIMITS_FEW ? DOCTOR_WARN : DOCTOR_OK, limit <= LIMITS_FEW
		           ? "raise maxlogins in /etc/security/limits.conf" : NULL,
		           "%s may have %ld logins at a time, and held sessions count as such: holdfast holds no "
		           "more of them when one is left", d->user,
		           limit);
	else if (hidden[0])
		doctor_add(d, "limits.maxlogins", DOCTOR_UNKNOWN, NULL, "limits that held sessions count against "
		           "can't be seen: %s",
		           hidden);
	else
		doctor_add(d, "limits.maxlogins", DOCTOR_OK, NULL, "there is no limit of logins that held "
		           "sessions count against");
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
		           "TMOUT=%ld in %s: a shell that sits at its prompt for so many seconds ends itself, "
		           "also when it is held and nobody is there",
		           least, where);
	else
		doctor_add(d, "tmout", DOCTOR_OK, NULL, "no TMOUT ends a shell that sits at its prompt");
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
		doctor_add(d, "selinux", DOCTOR_OK, NULL, "SELinux is there and not enforcing");
		return;
	}
	for (size_t i = 0; d->has_system && i < sizeof files / sizeof *files; i++)
		if (!labelled(files[i], label)) {
			doctor_add(d, "selinux", DOCTOR_PROBLEM,
			           "restorecon -Rv " HOLDFAST_LIBEXECDIR " " HOLDFAST_SBINDIR "/holdfastd",
			           "SELinux is enforcing, and %s has the label %s", files[i], label);
			return;
		}
	doctor_add(d, "selinux", DOCTOR_WARN, d->has_system ? "ausearch -m avc -ts recent -c holdfastd" : NULL,
	           "SELinux is enforcing, and holdfast brings no policy of its own: it runs in the domain that "
	           "the host's policy gives it");
}

void
doctor_check_limits(struct doctor *d)
{
	check_maxlogins(d);
	check_tmout(d);
	check_selinux(d);
}
