/* SPDX-License-Identifier: MIT */
#include "shellenv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "match.h"

/*
 * Names that stay behind; a '*' at the end stands for any rest.  What a program loader or a shell would act on before
 * the user's own start-up files, what belongs to the login's shell and not to the new one, and what is ours.
 */
static const char *const stay_behind[] = {
	"HOLDFAST", "HOLDFAST_*", "LC_HOLDFAST",
	"LD_*", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "LOCPATH", "NLSPATH", "MALLOC_*", "RESOLV_HOST_CONF",
	"RES_OPTIONS", "TZDIR", "HOSTALIASES", "LOCALDOMAIN",
	"BASH_ENV", "ENV", "BASH_FUNC_*", "BASHOPTS", "SHELLOPTS", "IFS", "CDPATH", "GLOBIGNORE", "PS4",
	"PROMPT_COMMAND", "FPATH", "ZDOTDIR", "FUNCNEST",
	"_", "SHLVL", "PWD", "OLDPWD", "LINES", "COLUMNS",
	"SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ORIGINAL_COMMAND",
};

/* What names the connection, and not the person or the shell. */
static const char *const connection[] = {
	"SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "DISPLAY", "XAUTHORITY", "KRB5CCNAME", "WAYLAND_DISPLAY",
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

/* Always taken: what names the connection and the terminal. */
static bool
is_needed(const char *entry)
{
	for (size_t i = 0; i < sizeof connection / sizeof *connection; i++)
		if (named(entry, connection[i]))
			return true;
	return named(entry, "TERM");
}

static bool
is_accepted(const char *entry, const char *patterns)
{
	char name[256];
	size_t len = strcspn(entry, "=");

	if (len >= sizeof name)
		return strcmp(patterns, "*") == 0;
	memcpy(name, entry, len);
	name[len] = '\0';
	return match_list(name, patterns) > 0;
}

/* What is ours: the session, its directory, the agent. */
static int
set_own(struct envlist *out, const struct envlist *login, const struct shellenv_facts *f)
{
	const char *slash = strrchr(f->agent_path, '/');
	char id[16], place[PATH_CAP];
	int rc;

	snprintf(id, sizeof id, "%u", f->session);
	rc = envlist_set_value(out, "HOLDFAST_SESSION", id);
	if (!rc && slash) {
		snprintf(place, sizeof place, "%.*s", (int)(slash - f->agent_path), f->agent_path);
		rc = envlist_set_value(out, "HOLDFAST_PLACE", place);
	}
	if (!rc && envlist_get(login, "SSH_AUTH_SOCK"))
		rc = envlist_set_value(out, "SSH_AUTH_SOCK", f->agent_path);
	return rc;
}

int
shellenv_make(struct envlist *out, const struct envlist *login, const struct envlist *root,
              const struct shellenv_facts *f)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < login->count; i++)
		if (shellenv_may_travel(login->v[i]) &&
		    (is_needed(login->v[i]) || is_accepted(login->v[i], f->accept)))
			rc = envlist_set(out, login->v[i]);
	for (size_t i = 0; !rc && i < root->count; i++)
		if (strncmp(root->v[i], "HOLDFAST_", 9) != 0)
			rc = envlist_set(out, root->v[i]);
	if (!rc)
		rc = set_own(out, login, f);
	if (!f->tty[0])
		envlist_unset(out, "SSH_TTY");
	else if (!rc && envlist_get(login, "SSH_CONNECTION") && !envlist_get(login, "SSH_TTY"))
		rc = envlist_set_value(out, "SSH_TTY", f->tty);
	return rc;
}

int
shellenv_connection(struct envlist *out, const struct envlist *login, const char *agent_path)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof connection / sizeof *connection; i++) {
		const char *value = envlist_get(login, connection[i]);

		if (value)
			rc = envlist_set_value(out, connection[i], value);
	}
	if (!rc && envlist_get(login, "SSH_AUTH_SOCK"))
		rc = envlist_set_value(out, "SSH_AUTH_SOCK", agent_path);
	return rc;
}
