/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config_number.h"
#include "doctor.h"
#include "paths.h"

#define COMMAND HOLDFAST_LIBEXECDIR "/holdfast-resume"
#define FIX_ALIVE "ClientAliveInterval 15, in a file of /etc/ssh/sshd_config.d"
#define FIX_HERE "remove that line for these users (Match), in " SSHDCONF_FILE

/* A missing line may be in a file that is not readable. */
static enum doctor_level
missing(const struct doctor *d, enum doctor_level level)
{
	return d->sshd.hidden[0] ? DOCTOR_UNKNOWN : level;
}

static void
check_subsystem(struct doctor *d)
{
	const char *command;
	const struct sshdconf_line *l = sshdconf_subsystem(&d->sshd, "resume", &command);

	if (!l)
		doctor_add(d, "sshd.subsystem", missing(d, DOCTOR_PROBLEM), "holdfastctl setup (or, in a file of "
		           "/etc/ssh/sshd_config.d: Subsystem resume " COMMAND ")", d->sshd.hidden[0]
		           ? "cannot tell whether sshd has the subsystem \"resume\": %s is not readable"
		           : "sshd has no subsystem \"resume\": only plain ssh resumes sessions%s", d->sshd.hidden);
	else if (strncmp(command, COMMAND, sizeof COMMAND - 1) != 0)
		doctor_add(d, "sshd.subsystem", DOCTOR_PROBLEM, "Subsystem resume " COMMAND ", in its place",
		           "sshd's subsystem \"resume\" is another program: %s", command);
	else
		doctor_add(d, "sshd.subsystem", DOCTOR_OK, NULL, "sshd has the subsystem \"resume\"");
}

static void
check_accept(struct doctor *d)
{
	if (sshdconf_accepts(&d->sshd, "LC_HOLDFAST"))
		doctor_add(d, "sshd.acceptenv", DOCTOR_OK, NULL, "a login can name a session (AcceptEnv LC_HOLDFAST)");
	else
		doctor_add(d, "sshd.acceptenv", missing(d, DOCTOR_WARN), "holdfastctl setup (or, in a file of "
		           "/etc/ssh/sshd_config.d: AcceptEnv LC_HOLDFAST)", d->sshd.hidden[0]
		           ? "cannot tell whether a login can name a session: %s is not readable"
		           : "sshd does not accept LC_HOLDFAST: a login cannot name a session, or opt out%s",
		           d->sshd.hidden);
}

/* One of sshd's times, which holdfast.conf has taken over; -1: TEXT is not one. */
static long
seconds(const char *text)
{
	uint64_t s;

	return config_seconds(text, INT32_MAX, &s) ? -1 : (long)s;
}

static void
check_alive(struct doctor *d)
{
	const char *interval = sshdconf_get(&d->sshd, "clientaliveinterval");
	const char *count = sshdconf_get(&d->sshd, "clientalivecountmax"), *keep = sshdconf_get(&d->sshd,
	                                                                                        "tcpkeepalive");
	long every = interval ? seconds(interval) : 0, times = count ? strtol(count, NULL, 10) : 3;

	if (every < 0 || (!interval && d->sshd.hidden[0]))
		doctor_add(d, "sshd.alive", DOCTOR_UNKNOWN, NULL, "cannot tell after what time sshd notices a dead "
		           "connection");
	else if (every > 0 && times > 0 && every * times <= 300)
		doctor_add(d, "sshd.alive", DOCTOR_OK, NULL, "sshd notices a dead connection after %ld seconds",
		           every * times);
	else if (every > 0 && times > 0)
		doctor_add(d, "sshd.alive", DOCTOR_WARN, FIX_ALIVE, "sshd notices a dead connection only after %ld "
		           "minutes: until then a new login resumes its session by itself only if the kernel proves "
		           "the connection dead, and behind a proxy or a bastion the kernel cannot",
		           (every * times + 59) / 60);
	else
		doctor_add(d, "sshd.alive", DOCTOR_WARN, FIX_ALIVE, "sshd does not ask whether the ssh client is "
		           "still there: it notices a silently dead connection after about 15 minutes if there is "
		           "output, and %s if there is none; until then a new login resumes its session by itself "
		           "only if the kernel proves the connection dead, and behind a proxy or a bastion the kernel "
		           "cannot",
		           keep && strcasecmp(keep, "no") == 0 ? "never" : "after about 2 hours (TCPKeepAlive)");
}

/* The value of KEY for the user, with Match blocks that name the user or a group. */
static const char *
users_value(const struct doctor *d, const char *key)
{
	struct config_subject who = { .user = d->user, .groups = (const char *const *)d->groups, .address = "" };

	return sshdconf_for(&d->sshd, key, &who);
}

/* What keeps all login shells from being held (common/process/loginshell.h). */
static void
check_shells(struct doctor *d)
{
	static const char *const traces[] = { "PWD", "OLDPWD", "SHLVL", "_", "SSH_ORIGINAL_COMMAND" };
	const char *forced = users_value(d, "forcecommand");

	if (forced && strcasecmp(forced, "none") != 0)
		doctor_add(d, "sshd.forcecommand", DOCTOR_PROBLEM, FIX_HERE, "sshd runs a ForceCommand in place of login "
		           "shells: shells that it starts are not held (%s)", forced);
	for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
		if (sshdconf_sets(&d->sshd, traces[i])) {
			doctor_add(d, "sshd.setenv", DOCTOR_PROBLEM, "remove that name from SetEnv", "sshd sets %s: "
			           "holdfast cannot distinguish a login shell from the shell of a wrapper, and holds "
			           "none",
			           traces[i]);
			return;
		}
}

/* What keeps a login from having a shell on a terminal at all, or more than one. */
static void
check_permitted(struct doctor *d)
{
	const char *tty = users_value(d, "permittty"), *max = users_value(d, "maxsessions");
	long sessions = max ? strtol(max, NULL, 10) : 10;

	if (tty && strcasecmp(tty, "no") == 0)
		doctor_add(d, "sshd.tty", DOCTOR_PROBLEM, FIX_HERE, "sshd gives no terminal (PermitTTY no): there is no login "
		           "shell to hold");
	if (sessions == 0)
		doctor_add(d, "sshd.sessions", DOCTOR_PROBLEM, "MaxSessions 10, in " SSHDCONF_FILE, "sshd permits no shell "
		           "(MaxSessions 0)");
	else if (sessions == 1)
		doctor_add(d, "sshd.sessions", DOCTOR_WARN, "MaxSessions 10, in " SSHDCONF_FILE, "sshd permits one shell or "
		           "command for each connection (MaxSessions 1): over a shared connection (ControlMaster) \"holdfast "
		           "--list\" and a second window are refused");
}

/* Whether this login's connection comes from this host: then a proxy or a tunnel is between sshd and the person. */
static void
check_proxy(struct doctor *d)
{
	const char *interval = sshdconf_get(&d->sshd, "clientaliveinterval"), *env = getenv("SSH_CONNECTION");
	char from[ADDRESS_CAP], to[ADDRESS_CAP];

	if (!d->self || !env || sscanf(env, "%63s %*s %63s", from, to) != 2)
		return;
	if (strncmp(from, "127.", 4) != 0 && strcmp(from, "::1") != 0 && strcmp(from, to) != 0)
		return;
	doctor_add(d, "sshd.proxy", DOCTOR_WARN, interval && seconds(interval) > 0 ? NULL : FIX_ALIVE,
	           "this login comes from this host itself (%s): the kernel cannot prove a connection dead behind a proxy or "
	           "a tunnel, so a login resumes a session by itself once sshd has noticed", from);
}

void
doctor_check_sshd(struct doctor *d)
{
	if (d->sshd_rc) {
		doctor_add(d, "sshd", d->sshd_at_all && d->sshd_rc != -EACCES ? DOCTOR_PROBLEM : DOCTOR_UNKNOWN,
		           d->sshd_rc == -ENOENT ? "put " SSHDCONF_FILE " of the package of the OpenSSH server back" : NULL,
		           "cannot read the configuration of sshd: %s", strerror(-d->sshd_rc));
		return;
	}
	if (!d->sshd.told)
		doctor_add(d, "sshd", DOCTOR_OK, NULL, "cannot ask sshd itself%s; its configuration was read from its "
		           "files%s", geteuid() ? " as this user" : "", d->sshd.matches
		           ? ", without Match blocks" : "");
	if (d->has_system) {
		check_subsystem(d);
		check_accept(d);
		check_shells(d);
		check_permitted(d);
	}
	check_alive(d);
	check_proxy(d);
}
