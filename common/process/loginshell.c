/* SPDX-License-Identifier: MIT */
#include "loginshell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "procfile.h"

#define ARGUMENTS_CAP 512 /* sshd starts no shell with a longer name */

static int
no(const char **why, const char *text)
{
	*why = text;
	return -ENOEXEC;
}

/* The wanted names, as indices into the found entries. */
enum name { USER, LOGNAME, HOME, SHELL, TICKET, SSH_CONNECTION, SSH_TTY, NAMES };

static const char *const wanted[NAMES] = {
	[USER] = "USER", [LOGNAME] = "LOGNAME", [HOME] = "HOME", [SHELL] = "SHELL", [TICKET] = "HOLDFAST_TICKET",
	[SSH_CONNECTION] = "SSH_CONNECTION", [SSH_TTY] = "SSH_TTY",
};

static const struct {
	const char *name, *why;
} traces[] = {
	{ "PWD", "PWD in the shell's environment: not executed by sshd" },
	{ "OLDPWD", "OLDPWD in the shell's environment: not executed by sshd" },
	{ "SHLVL", "SHLVL in the shell's environment: not executed by sshd" },
	{ "_", "_ in the shell's environment: not executed by sshd" },
	{ "SSH_ORIGINAL_COMMAND", "SSH_ORIGINAL_COMMAND in the shell's environment: the login asked for a command" },
};

struct found {
	const char *value; /* NULL: not there */
	size_t at;         /* it is so many entries behind the first one */
};

static bool
is_named(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

/* Looks at one entry. */
static int
take_entry(struct found found[NAMES], const char *entry, size_t at, const char **why)
{
	for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
		if (is_named(entry, traces[i].name))
			return no(why, traces[i].why);
	for (size_t i = 0; i < NAMES; i++) {
		if (!is_named(entry, wanted[i]))
			continue;
		if (found[i].value)
			return no(why, "a name twice in the shell's environment: not from sshd");
		found[i] = (struct found){ entry + strlen(wanted[i]) + 1, at };
	}
	return 0;
}

/* The whole of the LEN bytes at ENV, the last of which is NUL. */
static int
take_entries(struct found found[NAMES], const char *env, size_t len, const char **why)
{
	const char *end = env + len;
	size_t at = 0;

	for (const char *p = env; p < end; p += strlen(p) + 1) {
		int rc = take_entry(found, p, at++, why);

		if (rc)
			return rc;
	}
	return 0;
}

static int
check_found(const struct found found[NAMES], const struct loginshell *want, const char **why)
{
	if (!found[USER].value || !found[LOGNAME].value || !found[HOME].value ||
	    found[LOGNAME].at != found[USER].at + 1 || found[HOME].at != found[LOGNAME].at + 1)
		return no(why, "USER, LOGNAME and HOME do not follow each other in the shell's environment: not "
		               "from sshd");
	if (!found[SSH_CONNECTION].value || !found[SSH_TTY].value)
		return no(why, "no SSH_CONNECTION or SSH_TTY in the shell's environment: not from sshd");
	if (!found[SHELL].value || (want->shell && strcmp(found[SHELL].value, want->shell) != 0))
		return no(why, "SHELL in the shell's environment is not the account's shell");
	if (want->ticket ? !found[TICKET].value || strcmp(found[TICKET].value, want->ticket) != 0
	                 : found[TICKET].value != NULL)
		return no(why, "the shell's initial environment is not this login's");
	return 0;
}

/* One word: "-" and the last part of SHELL. */
static int
check_arguments(int dir, const char *shell, const char **why)
{
	const char *base = strrchr(shell, '/');
	char words[ARGUMENTS_CAP];
	ssize_t len = procfile_read(dir, "cmdline", words, sizeof words);

	if (len == -E2BIG)
		return no(why, "the shell's arguments are not those of a login shell");
	if (len < 0) {
		*why = "cannot read the shell's arguments";
		return (int)len;
	}
	base = base ? base + 1 : shell;
	if ((size_t)len != strlen(base) + 2 || words[0] != '-' || words[len - 1] != '\0' ||
	    memcmp(words + 1, base, strlen(base)) != 0)
		return no(why, "the shell's arguments are not those of a login shell");
	return 0;
}

static int
check_file(int dir, const char *shell, const char **why)
{
	struct procfile_id file, exe;
	int rc = procfile_id(dir, "exe", &exe);

	if (rc) {
		*why = "cannot examine the shell's executable";
		return rc;
	}
	if (procfile_id(AT_FDCWD, shell, &file))
		return no(why, "cannot examine the account's shell");
	return procfile_same_id(&file, &exe) ? 0 : no(why, "the process does not run the account's shell");
}

/*
 * The initial environment, ended by a NUL even if it is empty; the caller frees *ENV.  Its length or a negative errno.
 */
static ssize_t
read_environment(int dir, char **env)
{
	char *buf = malloc(ENV_BYTES_MAX + 2);
	ssize_t len = buf ? procfile_read(dir, "environ", buf, ENV_BYTES_MAX + 1) : -ENOMEM;

	if (len < 0) {
		free(buf);
		return len;
	}
	buf[len] = '\0';
	*env = buf;
	return len;
}

int
loginshell_check(int dir, const struct loginshell *want, const char **why)
{
	struct found found[NAMES] = { { NULL, 0 } };
	const char *shell = want->shell;
	char *env = NULL;
	ssize_t len = read_environment(dir, &env);
	int rc;

	if (len == -E2BIG)
		return no(why, "the shell's environment is too large");
	if (len < 0) {
		*why = "cannot read the shell's environment";
		return (int)len;
	}
	rc = len > 0 && env[len - 1] ? no(why, "the shell's environment is damaged")
	                             : take_entries(found, env, (size_t)len, why);
	if (!rc)
		rc = check_found(found, want, why);
	if (!rc && !shell)
		shell = found[SHELL].value;
	if (!rc)
		rc = check_arguments(dir, shell, why);
	if (!rc)
		rc = check_file(dir, shell, why);
	free(env);
	return rc;
}

int
loginshell_environment(int dir, struct envlist *out)
{
	char *env = NULL;
	ssize_t len = read_environment(dir, &env);
	int rc = len < 0 ? (int)len : 0;

	for (const char *p = env; !rc && p < env + len; p += strlen(p) + 1) {
		rc = envlist_set(out, p);
		if (rc == -EINVAL)
			rc = 0;
	}
	free(env);
	if (rc)
		envlist_free(out);
	return rc;
}
