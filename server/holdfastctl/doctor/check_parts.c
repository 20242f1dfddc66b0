/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_file.h"
#include "daemonsock.h"
#include "doctor.h"
#include "hostfile.h"
#include "paths.h"
#include "reinstall.h"
#include "sdconf.h"

#define SOCKET_UNIT "holdfastd.socket"

static void
check_switch(struct doctor *d)
{
	char path[PATH_CAP];
	const char *env = getenv("HOLDFAST"), *lc = getenv("LC_HOLDFAST");
	int there = hostfile_exists(PATH_DISABLED);

	if (there)
		doctor_add(d, "switch", there > 0 ? DOCTOR_PROBLEM : DOCTOR_UNKNOWN, "rm " PATH_DISABLED,
		           there > 0 ? "holdfast is switched off on this host: %s exists"
		                     : "cannot tell whether holdfast is switched off: %s", PATH_DISABLED);
	snprintf(path, sizeof path, "%.900s/.config/holdfast/off", d->home);
	there = d->home[0] ? hostfile_exists(path) : 0;
	if (there > 0)
		doctor_add(d, "optout", DOCTOR_WARN, "rm ~/.config/holdfast/off", "%s has opted out: %s exists",
		           d->user, path);
	else if (there < 0)
		doctor_add(d, "optout", DOCTOR_UNKNOWN, NULL, "cannot tell whether %s has opted out: %s", d->user,
		           strerror(-there));
	else if (d->self && ((env && strcmp(env, "off") == 0) || (lc && strcmp(lc, "off") == 0)))
		doctor_add(d, "optout", DOCTOR_WARN, NULL, "this login has opted out: HOLDFAST or LC_HOLDFAST is "
		           "\"off\"");
}

/* Whether "systemctl mask" has put a link to /dev/null in UNIT's place. */
static bool
is_masked(const char *unit)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/run/systemd/system" };

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		char path[PATH_CAP], full[PATH_CAP], target[32];
		ssize_t n;

		snprintf(path, sizeof path, "%s/%s", dirs[i], unit);
		n = hostfile_path(full, sizeof full, path) ? -1 : readlink(full, target, sizeof target - 1);
		target[n > 0 ? n : 0] = '\0';
		if (strcmp(target, "/dev/null") == 0)
			return true;
	}
	return false;
}

/* Whether systemd has a file for UNIT. */
static bool
has_unit(const char *unit)
{
	char path[PATH_CAP];

	for (const char *const *dir = sdconf_unit_dirs; *dir; dir++) {
		snprintf(path, sizeof path, "%s/%s", *dir, unit);
		if (hostfile_exists(path) != 0)
			return true;
	}
	return false;
}

/* The line that starts holdfastd; *more is a reason besides. */
static void
starting(char fix[TEXT_CAP], const char **more)
{
	bool masked = is_masked(SOCKET_UNIT) || is_masked("holdfastd.service");

	*more = "";
	snprintf(fix, TEXT_CAP, "start " HOLDFAST_SBINDIR "/holdfastd, now and at boot");
	if (!survival_systemd())
		return;
	if (masked) {
		*more = " (its unit is masked)";
		snprintf(fix, TEXT_CAP, "systemctl unmask " SOCKET_UNIT " holdfastd.service && systemctl enable --now "
		         SOCKET_UNIT);
	} else if (!has_unit(SOCKET_UNIT)) {
		*more = " (systemd has no " SOCKET_UNIT ")";
		reinstall_line("/usr/lib/systemd/system/" SOCKET_UNIT, fix);
	} else {
		/* "start" does nothing for a socket unit whose socket file has been removed. */
		snprintf(fix, TEXT_CAP, "systemctl enable " SOCKET_UNIT " && systemctl restart " SOCKET_UNIT
		         " holdfastd.service");
	}
}

static void
check_daemon(struct doctor *d)
{
	char fix[TEXT_CAP];
	const char *more;
	int rc = daemonsock_ask();

	if (rc == 0) {
		doctor_add(d, "daemon", DOCTOR_OK, NULL, "holdfastd answers");
	} else if (rc == -ENOENT || rc == -ECONNREFUSED || rc == -ENOTSOCK || rc == -EPROTOTYPE) {
		starting(fix, &more);
		doctor_add(d, "daemon", DOCTOR_PROBLEM, fix, "holdfastd does not run%s: new logins are not held", more);
	} else if (rc == -EAGAIN) {
		doctor_add(d, "daemon", DOCTOR_PROBLEM, survival_systemd() ? "systemctl restart holdfastd" : "restart "
		           HOLDFAST_SBINDIR "/holdfastd", "holdfastd hangs: its queue is full");
	} else {
		doctor_add(d, "daemon", DOCTOR_UNKNOWN, NULL, "cannot reach holdfastd from here: %s",
		           strerror(-rc));
	}
}

static void
check_config(struct doctor *d)
{
	struct config_subject who = { .user = d->user, .groups = (const char *const *)d->groups, .address = "" };
	struct config_policy p;
	struct config_error e = { .text = "" };
	int rc = config_load(PATH_CONFIG, &who, &p, &e);

	if (rc == -EACCES)
		doctor_add(d, "config", DOCTOR_UNKNOWN, NULL, "%s", e.text);
	else if (rc == -EPERM)
		doctor_add(d, "config", DOCTOR_PROBLEM, "chown root:root " PATH_CONFIG " && chmod 0644 " PATH_CONFIG,
		           "the configuration is not used, so no shell is held: %s", e.text);
	else if (rc)
		doctor_add(d, "config", DOCTOR_PROBLEM, "edit " PATH_CONFIG " (holdfast.conf(5))",
		           "the configuration has a mistake, so no shell is held: %s", e.text);
	else if (!p.enable)
		doctor_add(d, "config", DOCTOR_PROBLEM, "Enable yes, in " PATH_CONFIG,
		           "the configuration switches holdfast off for %s (Enable no)", d->user);
	else if (!p.max_sessions)
		doctor_add(d, "config", DOCTOR_PROBLEM, "MaxSessions 20, in " PATH_CONFIG, "%s may have no session "
		           "(MaxSessions 0)", d->user);
	else
		doctor_add(d, "config", DOCTOR_OK, NULL, "the configuration lets %s have %u held sessions", d->user,
		           (unsigned)p.max_sessions);
}

void
doctor_check_parts(struct doctor *d)
{
	check_switch(d);
	if (!d->has_system)
		return;
	check_daemon(d);
	check_config(d);
	if (hostfile_exists(PATH_DRAIN) > 0)
		doctor_add(d, "drain", DOCTOR_WARN, "holdfastctl drain --off",
		           "no new sessions start on this host for now (holdfastctl drain)");
}
