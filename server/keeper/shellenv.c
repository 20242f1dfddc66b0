/* SPDX-License-Identifier: MIT */
#include "shellenv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "match.h"

/*
 * Variables of one login alone: its ticket, the name of the wanted session, sshd's record of how it proved itself, a
 * file that goes with it, and logind's name of its session.  A '*' at the end stands for any rest.
 */
static const char *const stay_behind[] = {
	"HOLDFAST", "HOLDFAST_*", "LC_HOLDFAST", "LC_HOLDFAST_*", "SSH_USER_AUTH", "XDG_SESSION_*", "XDG_SEAT",
	"XDG_VTNR",
};

/*
 * Variables that PAM sets anew for each session.  Any other that is in both is as sshd gave it to the login: there
 * root's SetEnv comes behind PAM.
 */
static const char of_a_session[] =
	"XDG_*,DBUS_*,KRB5*,KRBTKFILE,TMPDIR,TMP,TEMP,TEMPDIR,SELINUX_*,PAM_*,*SESSION*,*SOCK*,*RUNTIME*,*KEYRING*";

/* Variables that the leader sets by itself, and that the shell started by sshd may not have. */
static const char unasked[] = "XDG_SESSION_TYPE,XDG_SESSION_CLASS";

/* Variables that name the connection, and not the person or the shell. */
static const char *const connection[] = {
	"SSH_CLIENT", "SSH_CONNECTION", "DISPLAY", "XAUTHORITY", "KRB5CCNAME", "WAYLAND_DISPLAY",
};

/* Whether ENTRY's name matches PATTERN. */
static bool
named(const char *entry, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return strncmp(entry, pattern, len - 1) == 0;
	return strncmp(entry, pattern, len) == 0 && entry[len] == '=';
}

bool
shellenv_may_travel(const char *entry)
{
	for (size_t i = 0; i < sizeof stay_behind / sizeof *stay_behind; i++)
		if (named(entry, stay_behind[i]))
			return false;
	return true;
}

/*
 * Always taken: variables that name the connection and the terminal, and MAIL, which PAM gave to the login (pam_mail
 * does not run again for a held shell) or did not.
 */
static bool
is_needed(const char *entry)
{
	for (size_t i = 0; i < sizeof connection / sizeof *connection; i++)
		if (named(entry, connection[i]))
			return true;
	return named(entry, "TERM") || named(entry, "MAIL");
}

/* Whether ENTRY's name matches the list PATTERNS; a name of any length matches "*". */
static bool
is_among(const char *entry, const char *patterns)
{
	char name[256];
	size_t len = strcspn(entry, "=");

	if (len >= sizeof name)
		return strcmp(patterns, "*") == 0;
	memcpy(name, entry, len);
	name[len] = '\0';
	return match_list(name, patterns) > 0;
}

/* From the login. */
static int
set_base(struct envlist *out, const struct envlist *login, const char *accept)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < login->count; i++)
		if (shellenv_may_travel(login->v[i]) && (is_needed(login->v[i]) || is_among(login->v[i], accept)))
			rc = envlist_set(out, login->v[i]);
	return rc;
}

/* Whether OUT has a variable of ENTRY's name. */
static bool
has(const struct envlist *out, const char *entry)
{
	for (size_t i = 0; i < out->count; i++)
		if (strncmp(out->v[i], entry, strcspn(entry, "=") + 1) == 0)
			return true;
	return false;
}

/* Whether root's ENTRY is wanted.  A login that has a home has all that sshd gave to its shell. */
static bool
is_wanted(const char *entry, const struct envlist *out, const struct envlist *login)
{
	if (strncmp(entry, "HOLDFAST_", 9) == 0)
		return false;
	if (has(out, entry))
		return is_among(entry, of_a_session);
	return !envlist_get(login, "HOME") || has(login, entry) || !is_among(entry, unasked);
}

/* From the leader. */
static int
set_root(struct envlist *out, const struct envlist *login, const struct envlist *root)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < root->count; i++)
		if (is_wanted(root->v[i], out, login))
			rc = envlist_set(out, root->v[i]);
	return rc;
}

/* The terminal: of one's own for life, and what it was when a later TERM is to take its place. */
static int
set_terminal(struct envlist *out, const struct envlist *login, const char *tty)
{
	const char *term = envlist_get(out, "TERM");
	int rc = 0;

	envlist_unset(out, "SSH_TTY");
	if (tty[0] && envlist_get(login, "SSH_CONNECTION"))
		rc = envlist_set_value(out, "SSH_TTY", tty);
	if (!rc && tty[0] && term)
		rc = envlist_set_value(out, "HOLDFAST_TERM", term);
	return rc;
}

/* From the keeper: the session, its directory, the agent. */
static int
set_own(struct envlist *out, const struct envlist *login, const struct shellenv_facts *f)
{
	char id[16];
	int rc;

	snprintf(id, sizeof id, "%u", f->session);
	rc = envlist_set_value(out, "HOLDFAST_SESSION", id);
	if (!rc)
		rc = envlist_set_value(out, "HOLDFAST_PLACE", f->dir);
	if (!rc && envlist_get(login, "SSH_AUTH_SOCK"))
		rc = envlist_set_value(out, "SSH_AUTH_SOCK", f->agent_path);
	return rc;
}

int
shellenv_make(struct envlist *out, const struct envlist *login, const struct envlist *root,
              const struct shellenv_facts *f)
{
	int rc = set_base(out, login, f->accept);

	if (!rc)
		rc = set_root(out, login, root);
	if (!rc)
		rc = set_own(out, login, f);
	return rc ? rc : set_terminal(out, login, f->tty);
}

int
shellenv_connection(struct envlist *out, const struct envlist *login, const struct shellenv_facts *f)
{
	const char *term = envlist_get(login, "TERM");
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof connection / sizeof *connection; i++) {
		const char *value = envlist_get(login, connection[i]);

		if (value)
			rc = envlist_set_value(out, connection[i], value);
	}
	if (!rc && envlist_get(login, "SSH_AUTH_SOCK"))
		rc = envlist_set_value(out, "SSH_AUTH_SOCK", f->agent_path);
	if (!rc && f->tty[0] && envlist_get(login, "SSH_CONNECTION"))
		rc = envlist_set_value(out, "SSH_TTY", f->tty);
	if (!rc && f->tty[0] && term)
		rc = envlist_set_value(out, "TERM", term);
	return rc;
}
