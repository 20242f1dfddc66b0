/* SPDX-License-Identifier: MIT */
/* The PAM rules of held shells: sshd's, or those of a service of the site's own. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "config_file.h"
#include "doctor.h"
#include "hostfile.h"
#include "pamconf.h"
#include "paths.h"

#define OLD_STACK "/etc/pam.d/holdfast"
#define OLD_SERVICE "holdfast"
#define NAMESPACE_CONF "/etc/security/namespace.conf"
#define LIST_CAP 256

/* Modules by which a site restricts and audits logins. */
static const char *const ruling[] = {
	"pam_sss.so", "pam_winbind.so", "pam_access.so", "pam_time.so", "pam_nologin.so", "pam_succeed_if.so",
	"pam_listfile.so", "pam_group.so", "pam_limits.so", "pam_namespace.so", "pam_tty_audit.so", "pam_selinux.so",
	"pam_apparmor.so", "pam_loginuid.so", "pam_keyinit.so", "pam_slurm_adopt.so", "pam_umask.so", NULL,
};
/* Whether C has the module NAME in any line but those of passwords, or in session lines only. */
static bool
has(const struct pamconf *c, const char *name, bool session)
{
	for (size_t i = 0; i < c->count; i++)
		if ((session ? c->v[i].type == PAMCONF_SESSION : c->v[i].type != PAMCONF_PASSWORD) &&
		    strcmp(pamconf_module_name(&c->v[i]), name) == 0)
			return true;
	return false;
}

/* Those of NAMES, ended by NULL, that IN has, and WITHOUT (may be NULL) has not, with commas between. */
static void
list(char out[LIST_CAP], const char *const *names, const struct pamconf *in, const struct pamconf *without,
     bool session)
{
	size_t len = 0;

	out[0] = '\0';
	for (; *names; names++)
		if (has(in, *names, session) && !(without && has(without, *names, session)) && len < LIST_CAP)
			len += (size_t)snprintf(out + len, LIST_CAP - len, "%s%.*s", len ? ", " : "",
			                        (int)strcspn(*names, "."), *names);
}

/* The finding "pam.stack", for C, read as RC: whether there is a configuration to be used. */
static bool
usable(struct doctor *d, const struct pamconf *c, int rc, const char *service, bool own)
{
	bool lacks = rc == 0 && !(pamconf_has_type(c, PAMCONF_SESSION) && pamconf_has_type(c, PAMCONF_AUTH));
	char fix[LIST_CAP];

	snprintf(fix, sizeof fix, own ? "correct /etc/pam.d/%s, or remove PamService from " PATH_CONFIG
	                              : "correct /etc/pam.d/%s",
	         service);
	if (rc == -ENOENT)
		doctor_add(d, "pam.stack", DOCTOR_PROBLEM, fix, "there is no PAM service \"%s\": no shell is held",
		           service);
	else if (rc == -EBADMSG)
		doctor_add(d, "pam.stack", DOCTOR_PROBLEM, fix, "no shell is held: %s", c->error);
	else if (rc)
		doctor_add(d, "pam.stack", DOCTOR_UNKNOWN, NULL, "%s", c->error);
	else if (lacks)
		doctor_add(d, "pam.stack", DOCTOR_PROBLEM, fix, "the PAM service \"%s\" has no %s line: no shell is "
		           "held", service, pamconf_has_type(c, PAMCONF_SESSION) ? "auth" : "session");
	else if (cgroup_has_logind() && !pamconf_session(c, "pam_systemd.so"))
		doctor_add(d, "pam.stack", DOCTOR_PROBLEM,
		           "add \"session optional pam_systemd.so\" (of the package libpam-systemd), or set PamService to a "
		           "service that has it",
		           "the PAM service \"%s\" has no pam_systemd.so: no shell is held, because logind would not "
		           "know of it", service);
	else
		doctor_add(d, "pam.stack", DOCTOR_OK, NULL, "held shells have a PAM session, as \"%s\"", service);
	return rc == 0 && !lacks;
}

static void
say_sshds(struct doctor *d, const struct pamconf *sshd)
{
	char rules[LIST_CAP], skipped[LIST_CAP];

	list(rules, ruling, sshd, NULL, false);
	list(skipped, pamconf_for_logins, sshd, NULL, true);
	doctor_add(d, "pam.rules", DOCTOR_OK, NULL, "held shells have sshd's PAM rules%s%s%s%s", rules[0] ? " (" : "", rules,
	           rules[0] ? ")" : "", skipped[0] ? ", without the modules for logins alone" : "");
	if (skipped[0])
		doctor_add(d, "pam.skipped", DOCTOR_OK, NULL, "held shells skip: %s", skipped);
}

/* sssd's and winbind's rules by service know "sshd" and not the site's service. */
static void
say_hbac(struct doctor *d, const char *service)
{
	char fix[LIST_CAP];

	snprintf(fix, sizeof fix, "allow the service \"%s\" in those rules, or remove PamService from " PATH_CONFIG, service);
	doctor_add(d, "pam.hbac", DOCTOR_WARN, fix, "rules of sssd or winbind by service (HBAC, GPO) have to name \"%s\" "
	           "besides sshd", service);
}

/* A site's own service may leave out rules of sshd's on purpose; this only lists them. */
static void
say_own(struct doctor *d, const struct pamconf *own, const char *service)
{
	char missing[LIST_CAP];
	struct pamconf sshd;

	if (pamconf_read(&sshd, "sshd") == 0) {
		list(missing, ruling, &sshd, own, false);
		if (missing[0])
			doctor_add(d, "pam.rules", DOCTOR_WARN, "remove PamService from " PATH_CONFIG ", or add those lines",
			           "held shells have the PAM service \"%s\", which lacks these modules of sshd's: %s",
			           service, missing);
		else
			doctor_add(d, "pam.rules", DOCTOR_OK, NULL, "held shells have the PAM service \"%s\"", service);
		if (has(&sshd, "pam_sss.so", false) || has(&sshd, "pam_winbind.so", false))
			say_hbac(d, service);
	}
	pamconf_free(&sshd);
}

/* Whether FILE has a line that is no comment. */
static bool
has_lines(const char *file)
{
	char *text, *rest, *line;
	bool found = false;

	if (hostfile_read(file, &text, NULL))
		return false;
	for (rest = text; !found && (line = hostfile_line(&rest));)
		found = line[0] && line[0] != '#';
	free(text);
	return found;
}

/* A file of pam_namespace that names directories, NULL: none; OUT is room for its name. */
static const char *
namespaces_in(char out[PATH_CAP])
{
	char pattern[PATH_CAP], prefix[PATH_CAP];
	const char *found = NULL;
	glob_t g = { 0 };

	if (has_lines(NAMESPACE_CONF))
		return NAMESPACE_CONF;
	if (hostfile_path(prefix, sizeof prefix, "") || hostfile_path(pattern, sizeof pattern,
	                                                             "/etc/security/namespace.d/*.conf"))
		return NULL;
	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; !found && i < g.gl_pathc; i++)
			if (has_lines(g.gl_pathv[i] + strlen(prefix)) &&
			    snprintf(out, PATH_CAP, "%s", g.gl_pathv[i] + strlen(prefix)) < PATH_CAP)
				found = out;
	globfree(&g);
	return found;
}

/* Without a line in those files the module, which some distributions have in all stacks, does nothing. */
static void
check_namespaces(struct doctor *d)
{
	char room[PATH_CAP];
	const char *file;
	struct pamconf sshd;

	if (pamconf_read(&sshd, "sshd") == 0 && pamconf_session(&sshd, "pam_namespace.so") && (file = namespaces_in(room)))
		doctor_add(d, "pam.namespace", DOCTOR_WARN, "remove those lines, or except users in them (namespace.conf(5))",
		           "pam_namespace gives logins directories of their own (%s): such "
		           "a login has another mount namespace than holdfastd, and is not held", file);
	pamconf_free(&sshd);
}

void
doctor_check_stack(struct doctor *d)
{
	struct config_subject who = { .user = d->user, .groups = (const char *const *)d->groups, .address = "" };
	struct config_error ignored;
	struct config_policy p;
	const char *service;
	struct pamconf c;
	bool own;

	if (config_load(PATH_CONFIG, &who, &p, &ignored))
		config_defaults(&p); /* another check reports its mistakes */
	own = p.pam_service[0] != '\0';
	service = own ? p.pam_service : "sshd";
	if (usable(d, &c, pamconf_read(&c, service), service, own)) {
		if (own)
			say_own(d, &c, service);
		else
			say_sshds(d, &c);
	}
	pamconf_free(&c);
	check_namespaces(d);
	if (hostfile_exists(OLD_STACK) == 1 && strcmp(service, OLD_SERVICE) != 0)
		doctor_add(d, "pam.old", DOCTOR_WARN, "rm " OLD_STACK " (or PamService " OLD_SERVICE ", in " PATH_CONFIG ")",
		           "holdfast no longer uses " OLD_STACK ": held shells have %s's PAM rules", service);
}
