/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "age.h"
#include "pamconf.h"
#include "run.h"
#include "doctor.h"
#include "hostfile.h"
#include "logindidle.h"
#include "sdconf.h"

#define SYSTEMCTL_MS 3000
#define DAEMON_UNIT "holdfastd.service"
#define FIX_LINGER "loginctl enable-linger"

/* How sshd comes to its connections. */
struct activation {
	const char *socket;   /* "ssh.socket" when it is in use, else NULL */
	bool instances;       /* a service for each connection */
	char service[32];     /* the unit or the template that logins start in */
};

static bool
socket_in_use(const char *name)
{
	const char *argv[] = { "systemctl", "is-active", "--quiet", name, NULL };
	char path[PATH_CAP];
	int rc = run_program(argv, SYSTEMCTL_MS, NULL);

	if (rc >= 0 && rc <= 4 && hostfile_exists("/run/systemd/private") == 1)
		return rc == 0;
	/* Without systemd's socket: whether the unit is enabled. */
	snprintf(path, sizeof path, "/etc/systemd/system/sockets.target.wants/%s", name);
	return hostfile_exists(path) == 1;
}

static void
find_activation(struct activation *a)
{
	static const char *const names[] = { "ssh", "sshd" };
	char value[SDCONF_VALUE_CAP], unit[32];

	*a = (struct activation){ .socket = NULL };
	snprintf(a->service, sizeof a->service, "ssh.service");
	for (size_t i = 0; i < 2; i++) {
		snprintf(unit, sizeof unit, "%s.service", names[i]);
		if (sdconf_get(sdconf_unit_dirs, unit, "Service", "ExecStart", value) == 0) {
			memcpy(a->service, unit, sizeof unit);
			break;
		}
	}
	for (size_t i = 0; !a->socket && i < 2; i++) {
		snprintf(unit, sizeof unit, "%s.socket", names[i]);
		if (!socket_in_use(unit))
			continue;
		a->socket = i ? "sshd.socket" : "ssh.socket";
		a->instances = sdconf_get(sdconf_unit_dirs, unit, "Socket", "Accept", value) == 0 &&
		               (strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
		if (a->instances)
			snprintf(a->service, sizeof a->service, "%s@.service", names[i]);
	}
}

/* Whether a login gets a session of logind's: pam_systemd is in sshd's stack, and logind runs. */
static bool
logins_have_sessions(void)
{
	struct pamconf c;
	bool yes;

	pamconf_read(&c, "sshd");
	yes = pamconf_session(&c, "pam_systemd.so") != NULL;
	pamconf_free(&c);
	return yes && hostfile_exists("/run/systemd/users") != 0;
}

/* The cgroup of a plain login that is not held. */
static void
plain_login(const struct doctor *d, const struct activation *a, struct survival *s)
{
	char cgroup[PATH_CAP];

	if (logins_have_sessions())
		snprintf(cgroup, sizeof cgroup, "/user.slice/user-%lu.slice/session-1.scope",
		         (unsigned long)d->uid);
	else if (a->instances)
		snprintf(cgroup, sizeof cgroup, "/system.slice/%.*s@0.service", (int)strcspn(a->service, "@"),
		         a->service);
	else
		snprintf(cgroup, sizeof cgroup, "/system.slice/%s", a->service);
	survival_in(cgroup, d->user, s);
}

/* A user's own sessions stay only in a user manager that does. */
static void
check_kill_own(struct doctor *d)
{
	bool lingers = survival_lingers(d->user) == SURVIVAL_YES;

	doctor_add(d, "systemd.kill", lingers ? DOCTOR_OK : DOCTOR_PROBLEM, lingers ? NULL : FIX_LINGER,
	           "logind ends processes that a login of %s leaves behind (KillUserProcesses=yes)%s", d->user,
	           lingers ? "; held shells run in the user manager, which stays"
	                   : ", including held shells, unless they run in a user manager that lingers");
}

static void
check_kill(struct doctor *d)
{
	switch (survival_kills(d->user)) {
	case SURVIVAL_YES:
		if (d->has_system)
			doctor_add(d, "systemd.kill", DOCTOR_OK, NULL,
			           "logind ends processes that a login of %s leaves behind (KillUserProcesses=yes); a "
			           "held shell has a session of its own and survives", d->user);
		else
			check_kill_own(d);
		break;
	case SURVIVAL_NO:
		doctor_add(d, "systemd.kill", DOCTOR_OK, NULL,
		           "logind does not end processes that a login of %s leaves behind (KillUserProcesses)",
		           d->user);
		break;
	default:
		doctor_add(d, "systemd.kill", DOCTOR_UNKNOWN, NULL,
		           "cannot tell whether logind ends processes that a login leaves behind (KillUserProcesses)");
	}
}

static void
check_linger(struct doctor *d)
{
	switch (survival_lingers(d->user)) {
	case SURVIVAL_YES:
		doctor_add(d, "systemd.linger", DOCTOR_OK, NULL, "%s lingers: the user manager and its services "
		           "stay without a login", d->user);
		break;
	case SURVIVAL_NO:
		doctor_add(d, "systemd.linger", DOCTOR_OK, NULL, "%s does not linger: the user manager and "
		           "/run/user/%lu end after the last session%s", d->user, (unsigned long)d->uid,
		           d->has_system ? "; a held shell is a session" : "");
		break;
	default:
		doctor_add(d, "systemd.linger", DOCTOR_UNKNOWN, NULL, "cannot tell whether %s lingers", d->user);
	}
}

/* Whether the host does something when all sessions are idle; a dropped session is none of them. */
static bool
acts_when_idle(void)
{
	char value[SDCONF_VALUE_CAP];

	return sdconf_get(sdconf_login_dirs(), "logind.conf", "Login", "IdleAction", value) == 0 &&
	       strcmp(value, "ignore") != 0;
}

/*
 * For logind a session is idle without input on its terminal, and logind ends it, with the jobs in it.  The keepers see
 * to it that logind ends no held session (server/keeper/idle.h).  On a host without utmp logind knows no terminal of a
 * login by ssh, held or not, and ends none.
 */
static void
check_idle(struct doctor *d)
{
	char after[AGE_CAP];
	uint32_t seconds;
	int rc = logindidle_get(&seconds);

	if (!d->has_system || access("/run/utmp", F_OK))
		return;
	if (rc == -EACCES) {
		doctor_add(d, "systemd.idle", DOCTOR_UNKNOWN, NULL,
		           "cannot tell whether logind ends idle sessions (StopIdleSessionSec)");
		return;
	}
	if (rc || seconds == LOGINDIDLE_NEVER)
		return;
	age_format(after, seconds);
	doctor_add(d, "systemd.idle", DOCTOR_OK, NULL,
	           "logind ends sessions without input for %s (StopIdleSessionSec): held shells are detached a moment "
	           "before that, and go on", after);
	if (acts_when_idle())
		doctor_add(d, "systemd.action", DOCTOR_WARN, "logind.conf: [Login] StopIdleSessionSec=infinity",
		           "while a held session is dropped, logind does not carry out IdleAction");
}

/* A service for each connection, which ends with it. */
static void
check_instances(struct doctor *d, const struct activation *a, const char *mode, bool harmless, const char *fix)
{
	bool bad = !harmless && !d->has_system;
	const char *tail = "";

	if (!harmless)
		tail = d->has_system ? ": processes of a login end with it, held shells do not"
		                     : ": processes of a login end with it";
	doctor_add(d, "sshd.unit", bad ? DOCTOR_PROBLEM : DOCTOR_OK, bad ? fix : NULL,
	           "%s starts a service for each connection (%s, KillMode=%s)%s", a->socket, a->service, mode, tail);
}

static void
check_service(struct doctor *d, const struct activation *a, const char *mode, bool harmless, const char *fix)
{
	bool bad = !harmless && !d->has_system;

	doctor_add(d, "sshd.unit", bad ? DOCTOR_WARN : DOCTOR_OK, bad ? fix : NULL,
	           "sshd runs as %s%s%s (KillMode=%s)%s", a->service, a->socket ? ", started by " : "",
	           a->socket ? a->socket : "", mode,
	           harmless ? "" : ": a restart ends the processes of plain logins");
}

/*
 * Settings of a unit that give its processes namespaces of their own, or a restriction: seccomp filters, NoNewPrivs or
 * fewer capabilities (systemd.exec(5)).  A helper refuses a login whose sshd has one of these and holdfastd has not, or
 * the reverse.
 */
static const struct {
	const char *key;
	bool restriction; /* the same one in both units is no difference */
} confining[] = {
	{ "PrivateTmp", false }, { "PrivateDevices", false }, { "PrivateNetwork", false }, { "PrivateUsers", false },
	{ "PrivateMounts", false }, { "PrivateIPC", false }, { "PrivatePIDs", false }, { "ProtectSystem", false },
	{ "ProtectHome", false }, { "ProtectKernelTunables", false }, { "ProtectKernelModules", false },
	{ "ProtectKernelLogs", false }, { "ProtectControlGroups", false }, { "ProtectProc", false },
	{ "ProcSubset", false }, { "ProtectHostname", false }, { "ReadOnlyPaths", false }, { "ReadWritePaths", false },
	{ "InaccessiblePaths", false }, { "NoExecPaths", false }, { "ExecPaths", false },
	{ "TemporaryFileSystem", false }, { "BindPaths", false }, { "BindReadOnlyPaths", false },
	{ "RootDirectory", false }, { "RootImage", false }, { "MountImages", false }, { "ExtensionImages", false },
	{ "DynamicUser", false }, { "NetworkNamespacePath", false }, { "ProtectClock", true },
	{ "NoNewPrivileges", true }, { "SystemCallFilter", true }, { "SystemCallArchitectures", true },
	{ "SystemCallLog", true }, { "RestrictNamespaces", true }, { "RestrictAddressFamilies", true },
	{ "RestrictRealtime", true }, { "RestrictSUIDSGID", true }, { "RestrictFileSystems", true },
	{ "LockPersonality", true }, { "MemoryDenyWriteExecute", true }, { "CapabilityBoundingSet", true },
};

/* The value of such a setting of UNIT in VALUE; whether it is in force. */
static bool
is_confined(const char *unit, const char *key, char value[SDCONF_VALUE_CAP])
{
	static const char *const off[] = { "", "no", "false", "off", "0", "default", "all" };

	if (sdconf_get(sdconf_unit_dirs, unit, "Service", key, value))
		value[0] = '\0';
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		if (strcmp(value, off[i]) == 0)
			return false;
	return true;
}

static void
check_confined(struct doctor *d, const struct activation *a)
{
	char sshds[SDCONF_VALUE_CAP], ours[SDCONF_VALUE_CAP], fix[PATH_CAP];

	for (size_t i = 0; d->has_system && i < sizeof confining / sizeof *confining; i++) {
		const char *key = confining[i].key, *unit;
		bool sshd = is_confined(a->service, key, sshds), own = is_confined(DAEMON_UNIT, key, ours);

		if ((!sshd && !own) || (confining[i].restriction && sshd && own && strcmp(sshds, ours) == 0))
			continue;
		unit = sshd ? a->service : DAEMON_UNIT;
		snprintf(fix, sizeof fix, "remove that setting (systemctl cat %s names its file), then: systemctl daemon-reload && "
		         "systemctl restart %s", unit, unit);
		doctor_add(d, "sshd.confined", DOCTOR_PROBLEM, fix, "%s has %s=%s: sshd and holdfastd have different namespaces "
		           "or restrictions, and no login is held", unit, key, sshd ? sshds : ours);
		return;
	}
}

static void
check_activation(struct doctor *d, const struct activation *a)
{
	char mode[64], fix[PATH_CAP];
	bool harmless;

	survival_kill_mode(a->service, mode, sizeof mode);
	if (!mode[0]) {
		doctor_add(d, "sshd.unit", DOCTOR_UNKNOWN, NULL, "cannot tell the KillMode of %s", a->service);
		return;
	}
	snprintf(fix, sizeof fix, "systemctl edit %s: [Service] KillMode=process", a->service);
	/* Where logins have sessions of logind's, they are not in sshd's unit. */
	harmless = logins_have_sessions() || strcmp(mode, "process") == 0 || strcmp(mode, "none") == 0;
	if (a->instances)
		check_instances(d, a, mode, harmless, fix);
	else
		check_service(d, a, mode, harmless, fix);
}

static void
check_others(struct doctor *d, const struct activation *a)
{
	struct survival s;

	plain_login(d, a, &s);
	if (s.answer == SURVIVAL_YES)
		doctor_add(d, "others", DOCTOR_OK, NULL, "tmux, screen and nohup in a plain login would survive a "
		           "logout here: %s",
		           s.why);
	else if (s.answer == SURVIVAL_NO)
		doctor_add(d, "others", DOCTOR_WARN, d->has_system ? "start them in a held shell"
		           : FIX_LINGER ", then: systemd-run --user --scope tmux",
		           "tmux, screen and nohup in a plain login would not survive a logout here: %s", s.why);
	else
		doctor_add(d, "others", DOCTOR_UNKNOWN, NULL, "cannot tell whether tmux, screen and nohup in a plain "
		           "login would survive a logout: %s", s.why);
}

static void
check_container(struct doctor *d)
{
	static const char *const signs[] = { "/run/systemd/container", "/.dockerenv", "/run/.containerenv" };

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (hostfile_exists(signs[i]) == 1) {
			doctor_add(d, "container", DOCTOR_OK, NULL, "this is a container: held shells live as long as "
			           "the container");
			return;
		}
}

void
doctor_check_host(struct doctor *d)
{
	struct activation a;

	check_container(d);
	if (survival_elogind()) {
		doctor_add(d, "systemd", DOCTOR_OK, NULL, "elogind runs here, without systemd");
		check_kill(d);
		return;
	}
	if (!survival_systemd()) {
		doctor_add(d, "systemd", DOCTOR_OK, NULL, "systemd does not run here: no program ends processes at a "
		           "logout");
		return;
	}
	find_activation(&a);
	check_kill(d);
	check_idle(d);
	check_linger(d);
	check_activation(d, &a);
	check_confined(d, &a);
	check_others(d, &a);
}
