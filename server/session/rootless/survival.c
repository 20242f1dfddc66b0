/* SPDX-License-Identifier: MIT */
#include "survival.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hostfile.h"
#include "sdconf.h"

bool
survival_systemd(void)
{
	return hostfile_exists("/run/systemd/system") == 1;
}

bool
survival_elogind(void)
{
	return !survival_systemd() && hostfile_exists("/run/systemd/seats") == 1;
}

/* As systemd reads a boolean; -1: not one. */
static int
boolean(const char *v)
{
	static const char *const yes[] = { "1", "yes", "y", "true", "t", "on" };
	static const char *const no[] = { "0", "no", "n", "false", "f", "off" };

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcasecmp(v, yes[i]) == 0)
			return 1;
		if (strcasecmp(v, no[i]) == 0)
			return 0;
	}
	return -1;
}

/* Distributions whose logind leaves processes alone unless it is told otherwise; upstream's ends them. */
static enum survival_answer
kills_by_default(void)
{
	static const char *const kind[] = { "debian", "ubuntu", "fedora", "rhel", "centos", "arch", "suse",
	                                   "opensuse" };
	char value[SDCONF_VALUE_CAP], *text, *rest, *line;
	enum survival_answer answer = SURVIVAL_UNKNOWN;

	if (!sdconf_get_default(sdconf_login_dirs(), "logind.conf", "KillUserProcesses", value) &&
	    boolean(value) >= 0)
		return boolean(value) ? SURVIVAL_YES : SURVIVAL_NO;
	if (hostfile_read("/etc/os-release", &text, NULL) && hostfile_read("/usr/lib/os-release", &text, NULL))
		return answer;
	for (rest = text; (line = hostfile_line(&rest));) {
		if (strncmp(line, "ID=", 3) != 0 && strncmp(line, "ID_LIKE=", 8) != 0)
			continue;
		for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
			if (strstr(line, kind[i]))
				answer = SURVIVAL_NO;
	}
	free(text);
	return answer;
}

/* Whether USER is among the names in LIST, which is changed. */
static bool
listed(char *list, const char *user)
{
	char *save = NULL;

	for (char *w = strtok_r(list, " \t", &save); w; w = strtok_r(NULL, " \t", &save))
		if (strcmp(w, user) == 0)
			return true;
	return false;
}

enum survival_answer
survival_kills(const char *user)
{
	char value[SDCONF_VALUE_CAP];
	enum survival_answer kills;
	int rc = sdconf_get(sdconf_login_dirs(), "logind.conf", "Login", "KillUserProcesses", value);

	if (rc == 0)
		kills = boolean(value) < 0 ? SURVIVAL_UNKNOWN : boolean(value) ? SURVIVAL_YES : SURVIVAL_NO;
	else
		kills = rc == -ENODATA || rc == -ENOENT ? kills_by_default() : SURVIVAL_UNKNOWN;
	if (kills == SURVIVAL_NO)
		return kills;
	rc = sdconf_get(sdconf_login_dirs(), "logind.conf", "Login", "KillExcludeUsers", value);
	if (rc)
		snprintf(value, sizeof value, "root");
	if (listed(value, user))
		return SURVIVAL_NO;
	if (!sdconf_get(sdconf_login_dirs(), "logind.conf", "Login", "KillOnlyUsers", value) && !listed(value, user))
		return SURVIVAL_NO;
	return kills;
}

enum survival_answer
survival_lingers(const char *user)
{
	char path[PATH_CAP];
	int rc;

	if (strchr(user, '/'))
		return SURVIVAL_NO;
	snprintf(path, sizeof path, "/var/lib/systemd/linger/%s", user);
	rc = hostfile_exists(path);
	return rc < 0 ? SURVIVAL_UNKNOWN : rc ? SURVIVAL_YES : SURVIVAL_NO;
}

void
survival_kill_mode(const char *unit, char *mode, size_t cap)
{
	char value[SDCONF_VALUE_CAP];
	int rc = sdconf_get(sdconf_unit_dirs, unit, "Service", "KillMode", value);

	snprintf(mode, cap, "%s", rc == 0 ? value : rc == -ENODATA || rc == -ENOENT ? "control-group" : "");
}

int
survival_cgroup(char *text, char *path, size_t cap)
{
	char *line;
	int rc = -ENODATA;

	while ((line = hostfile_raw_line(&text))) {
		char *first = strchr(line, ':'), *second = first ? strchr(first + 1, ':') : NULL;
		bool v2 = second && strncmp(line, "0::", 3) == 0;

		if (!second)
			continue;
		if (!v2 && strncmp(first, ":name=systemd:", 14) != 0)
			continue;
		/* Where there are both, the one that systemd does not use has all in its root. */
		if (rc || strcmp(path, "/") == 0) {
			snprintf(path, cap, "%s", second + 1);
			rc = 0;
		}
	}
	return rc;
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool
ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && strcmp(s + n - m, with) == 0;
}

/* Finds the unit in the cgroup's path that decides. */
static enum survival_place
sessiondir_of(const char *cgroup, char *unit, size_t cap)
{
	enum survival_place place = SURVIVAL_NOWHERE;
	char copy[PATH_CAP], *save = NULL;

	snprintf(copy, sizeof copy, "%s", cgroup);
	for (char *w = strtok_r(copy, "/", &save); w; w = strtok_r(NULL, "/", &save)) {
		if (!ends(w, ".service") && !ends(w, ".scope"))
			continue;
		snprintf(unit, cap, "%s", w);
		if (begins(w, "user@"))
			return SURVIVAL_USER_MANAGER;
		if (begins(w, "session-") && ends(w, ".scope"))
			return SURVIVAL_LOGIN;
		if (begins(w, "sshd@") || begins(w, "ssh@") || begins(w, "sshd-unix-local@"))
			return SURVIVAL_SSH_INSTANCE;
		if (strcmp(w, "ssh.service") == 0 || strcmp(w, "sshd.service") == 0)
			return SURVIVAL_SSH_SERVICE;
		place = SURVIVAL_OTHER;
	}
	return place;
}

static void
decide(struct survival *s, enum survival_answer answer, const char *why)
{
	s->answer = answer;
	snprintf(s->why, sizeof s->why, "%s", why);
}

static void
decide_login(struct survival *s, const char *user)
{
	switch (survival_kills(user)) {
	case SURVIVAL_YES:
		decide(s, SURVIVAL_NO, "logind ends all processes in a login's scope when the login ends "
		                       "(KillUserProcesses=yes)");
		break;
	case SURVIVAL_NO:
		decide(s, SURVIVAL_YES, "logind does not end processes that a login leaves behind "
		                        "(KillUserProcesses=no)");
		break;
	default:
		decide(s, SURVIVAL_UNKNOWN, "cannot read logind.conf, which says whether logind ends processes "
		                            "that a login leaves behind");
	}
}

static void
decide_manager(struct survival *s, const char *user)
{
	switch (survival_lingers(user)) {
	case SURVIVAL_YES:
		decide(s, SURVIVAL_YES, "the process belongs to your user manager, which stays because you linger");
		break;
	case SURVIVAL_NO:
		decide(s, SURVIVAL_NO, "the process belongs to your user manager, which ends after your last login "
		                       "because you do not linger");
		break;
	default:
		decide(s, SURVIVAL_UNKNOWN, "the process belongs to your user manager, and this user cannot see "
		       "whether that stays");
	}
}

/* UNIT "sshd@5-10.0.0.1:22-….service" is an instance of "sshd@.service". */
static void
decide_instance(struct survival *s)
{
	char template[sizeof s->unit], mode[64], why[TEXT_CAP];

	snprintf(template, sizeof template, "%.*s@.service", (int)strcspn(s->unit, "@"), s->unit);
	survival_kill_mode(template, mode, sizeof mode);
	if (!mode[0]) {
		decide(s, SURVIVAL_UNKNOWN, "the login is a service instance, and its KillMode cannot be read");
	} else if (strcmp(mode, "process") == 0 || strcmp(mode, "none") == 0) {
		snprintf(why, sizeof why, "KillMode=%.40s of %.200s does not end processes that a login leaves "
		                          "behind",
		         mode, template);
		decide(s, SURVIVAL_YES, why);
	} else {
		snprintf(why, sizeof why, "KillMode=%.40s of %.200s ends all processes of a login when the login "
		                          "ends",
		         mode, template);
		decide(s, SURVIVAL_NO, why);
	}
}

void
survival_in(const char *cgroup, const char *user, struct survival *s)
{
	*s = (struct survival){ .answer = SURVIVAL_UNKNOWN };
	snprintf(s->cgroup, sizeof s->cgroup, "%s", cgroup);
	if (survival_elogind()) {
		s->place = SURVIVAL_LOGIN;
		snprintf(s->unit, sizeof s->unit, "elogind's");
		decide_login(s, user);
		return;
	}
	if (!survival_systemd()) {
		s->place = SURVIVAL_NOWHERE;
		decide(s, SURVIVAL_YES, "systemd does not run here, and no other program ends processes at a logout");
		return;
	}
	s->place = sessiondir_of(cgroup, s->unit, sizeof s->unit);
	switch (s->place) {
	case SURVIVAL_LOGIN:
		decide_login(s, user);
		break;
	case SURVIVAL_USER_MANAGER:
		decide_manager(s, user);
		break;
	case SURVIVAL_SSH_INSTANCE:
		decide_instance(s);
		break;
	case SURVIVAL_SSH_SERVICE:
		decide(s, SURVIVAL_YES, "the login belongs to sshd's own service and to no unit of its own");
		break;
	default:
		decide(s, SURVIVAL_YES, "the process is in no unit that ends with a login");
	}
}

void
survival_of(pid_t pid, const char *user, struct survival *s)
{
	char path[64] = "/proc/self/cgroup", cgroup[PATH_CAP], *text;

	if (pid)
		snprintf(path, sizeof path, "/proc/%ld/cgroup", (long)pid);
	if (survival_systemd()) {
		int rc = hostfile_read(path, &text, NULL);

		if (!rc) {
			rc = survival_cgroup(text, cgroup, sizeof cgroup);
			free(text);
		}
		if (rc) {
			*s = (struct survival){ .place = SURVIVAL_HIDDEN };
			decide(s, SURVIVAL_UNKNOWN, "this user cannot see the cgroup of the process");
			return;
		}
	} else {
		cgroup[0] = '\0';
	}
	survival_in(cgroup, user, s);
}
