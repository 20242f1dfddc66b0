/* SPDX-License-Identifier: MIT */
#include "callerenv.h"

#include <stddef.h>
#include <string.h>

/*
 * Those of every shell, bash's, tcsh's; then those that a login shell has before its start-up files, which a shell that
 * has read them has changed; an agent that the caller has started.  A '*' at the end stands for any rest.
 */
static const char *const own[] = {
	"_", "PWD", "OLDPWD", "SHLVL", "LINES", "COLUMNS", "IFS", "PS4",
	"BASHOPTS", "SHELLOPTS", "BASH_FUNC_*", "BASH_ENV", "PROMPT_COMMAND", "FUNCNEST",
	"HOST", "HOSTTYPE", "MACHTYPE", "OSTYPE", "VENDOR", "GROUP", "REMOTEHOST",
	"HOME", "USER", "LOGNAME", "SHELL",
	"SSH_ORIGINAL_COMMAND", "SSH_AGENT_PID",
};

bool
callerenv_may_travel(const char *entry)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		size_t len = strlen(own[i]);

		if (own[i][len - 1] == '*' ? strncmp(entry, own[i], len - 1) == 0
		                           : strncmp(entry, own[i], len) == 0 && entry[len] == '=')
			return false;
	}
	return true;
}
