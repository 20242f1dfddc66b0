/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "pamconf.h"
#include "doctor.h"
#include "hostfile.h"
#include "layouts.h"
#include "reinstall.h"

#define MODULE "pam_holdfast.so"
#define BEGIN "begin" /* the argument of the first line */
#define FIX_LINE "holdfastctl setup (or, as the last line of /etc/pam.d/sshd: session optional " MODULE ")"
#define FIX_BEGIN "holdfastctl setup (or, as the first line of /etc/pam.d/sshd: session optional " MODULE " " BEGIN ")"

/* A session line before ours that can end the stack. */
static const struct pamconf_line *
early_end(const struct pamconf *c, const struct pamconf_line *ours)
{
	for (const struct pamconf_line *l = c->v; l < ours; l++)
		if (l->type == PAMCONF_SESSION &&
		    (strcasecmp(l->control, "sufficient") == 0 || strstr(l->control, "done") ||
		     strstr(l->control, "die")))
			return l;
	return NULL;
}

static void
check_line(struct doctor *d, const struct pamconf *c)
{
	const struct pamconf_line *l = pamconf_session_arg(c, MODULE, BEGIN, false), *end;
	const struct pamconf_line *systemd = pamconf_session(c, "pam_systemd.so");

	if (!l) {
		doctor_add(d, "pam.line", DOCTOR_PROBLEM, FIX_LINE, "sshd's PAM stack does not have " MODULE ": "
		           "holdfast knows of no login");
		return;
	}
	end = early_end(c, l);
	if (systemd && systemd > l)
		doctor_add(d, "pam.line", DOCTOR_WARN, "move the line of " MODULE " behind that of pam_systemd.so",
		           "%s:%u: " MODULE " comes before pam_systemd.so", l->file, l->number);
	else if (end)
		doctor_add(d, "pam.line", DOCTOR_WARN, "move the line of " MODULE " before that one",
		           "%s:%u: %s may end the stack before " MODULE, end->file, end->number, end->module);
	else
		doctor_add(d, "pam.line", DOCTOR_OK, NULL, "%s:%u has " MODULE, l->file, l->number);
}

/* A module before the first line that can take the user's text for the authentication. */
static const struct pamconf_line *
before_begin(const struct pamconf *c, const struct pamconf_line *begin)
{
	for (const struct pamconf_line *l = c->v; l < begin; l++)
		if (l->type == PAMCONF_SESSION && strcmp(pamconf_module_name(l), "pam_env.so") == 0)
			return l;
	return early_end(c, begin);
}

/* Without the first line no login's authentication is known, and so no login resumes a session by itself. */
static void
check_begin(struct doctor *d, const struct pamconf *c)
{
	const struct pamconf_line *l = pamconf_session_arg(c, MODULE, BEGIN, true), *before;
	const struct pamconf_line *last = pamconf_session_arg(c, MODULE, BEGIN, false);

	if (!last)
		return; /* said already */
	before = l ? before_begin(c, l) : NULL;
	if (!l)
		doctor_add(d, "pam.begin", DOCTOR_PROBLEM, FIX_BEGIN, "sshd's PAM stack does not have the line \""
		           MODULE " " BEGIN "\": holdfast does not know the key of a login, and the login resumes no "
		           "session by itself");
	else if (l > last)
		doctor_add(d, "pam.begin", DOCTOR_PROBLEM, FIX_BEGIN, "%s:%u: \"" MODULE " " BEGIN "\" comes after the "
		           "line without " BEGIN, l->file, l->number);
	else if (before)
		doctor_add(d, "pam.begin", DOCTOR_PROBLEM, "move the line \"" MODULE " " BEGIN "\" before that one",
		           "%s:%u: %s comes before \"" MODULE " " BEGIN "\", and may end the stack or let the user "
		           "set the key", before->file, before->number, before->module);
	else
		doctor_add(d, "pam.begin", DOCTOR_OK, NULL, "%s:%u has \"" MODULE " " BEGIN "\"", l->file, l->number);
}

/* A line in a file that a program writes anew is gone after the next time. */
static void
check_managed(struct doctor *d, const struct pamconf *c)
{
	const struct pamconf_line *l = pamconf_session(c, MODULE);
	const char *by = l ? layouts_pam_generator(l->file, MODULE) : NULL;

	if (by)
		doctor_add(d, "pam.managed", DOCTOR_WARN, "remove the line there, and put it into /etc/pam.d/sshd: "
		           "holdfastctl setup", "%s:%u has " MODULE ", but %s writes that file, and drops the line then",
		           l->file, l->number, by);
}

static void
check_module(struct doctor *d, const struct pamconf *c)
{
	const struct pamconf_line *l = pamconf_session(c, MODULE);
	const char *path = l && l->module[0] == '/' ? l->module : HOLDFAST_PAMDIR "/" MODULE;
	char fix[TEXT_CAP];
	int there = hostfile_exists(path);

	if (there == 0) {
		reinstall_line(path, fix);
		doctor_add(d, "pam.module", DOCTOR_PROBLEM, fix, "the module %s does not exist", path);
	} else if (there < 0) {
		doctor_add(d, "pam.module", DOCTOR_UNKNOWN, NULL, "cannot examine the module %s", path);
	} else if (l && l->module[0] != '/' && hostfile_exists(HOLDFAST_PAMDIR "/pam_unix.so") == 0) {
		doctor_add(d, "pam.module", DOCTOR_PROBLEM, "session optional " HOLDFAST_PAMDIR "/" MODULE
		           "  (in place of the line without a path)",
		           "%s:%u: PAM does not look for " MODULE " in " HOLDFAST_PAMDIR, l->file, l->number);
	} else {
		doctor_add(d, "pam.module", DOCTOR_OK, NULL, "the module exists");
	}
}

static void
check_use_pam(struct doctor *d)
{
	const char *use = d->sshd_rc ? NULL : sshdconf_get(&d->sshd, "usepam");

	/* Upstream's default is no; distributions with PAM set yes in sshd_config. */
	if (d->sshd_rc || (!use && d->sshd.hidden[0]))
		doctor_add(d, "pam.used", DOCTOR_UNKNOWN, NULL, "cannot tell whether sshd uses PAM");
	else if (!use || strcasecmp(use, "yes") != 0)
		doctor_add(d, "pam.used", DOCTOR_PROBLEM, "UsePAM yes, in " SSHDCONF_FILE,
		           "sshd does not use PAM: holdfast knows of no login");
	else
		doctor_add(d, "pam.used", DOCTOR_OK, NULL, "sshd uses PAM");
}

static void
check_lines(struct doctor *d, const struct pamconf *c)
{
	check_line(d, c);
	check_begin(d, c);
	check_managed(d, c);
}

void
doctor_check_pam(struct doctor *d)
{
	struct pamconf c;
	int rc;

	if (!d->has_system)
		return;
	rc = pamconf_read(&c, "sshd");
	if (rc == -EBADMSG)
		doctor_add(d, "pam.line", DOCTOR_PROBLEM, "correct that line", "sshd's PAM stack is broken: %s",
		           c.error);
	else if (rc == -ENOENT)
		doctor_add(d, "pam.line", DOCTOR_PROBLEM, hostfile_exists("/etc/alpine-release") == 1
		           ? "apk add openssh-server-pam, then: holdfastctl setup"
		           : "restore the distribution's /etc/pam.d/sshd, then: holdfastctl setup",
		           "/etc/pam.d/sshd does not exist");
	else if (rc)
		doctor_add(d, "pam.line", DOCTOR_UNKNOWN, NULL, "%s", c.error);
	else
		check_lines(d, &c);
	if (!rc)
		check_module(d, &c);
	pamconf_free(&c);
	check_use_pam(d);
	doctor_check_stack(d);
}
