/* SPDX-License-Identifier: MIT */
#include "notheld.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

#define RESTART "systemctl status holdfastd says how it is; a restart of holdfastd ends no session"
#define DOCTOR "holdfastctl doctor looks for the reason"
#define IN_LOG "the log has more: journalctl -t holdfastd"

static const struct {
	const char *name, *words, *mend;
} causes[NOTHELD_END] = {
	[NOTHELD_NO_TERMINAL] = { "no-terminal", "the login has no terminal",
		"ssh -t asks for a terminal; without one a shell is never held" },
	[NOTHELD_REDIRECTED] = { "redirected", "the shell's input or output is not the login's terminal",
		"a start-up file that is read before the hook must not redirect the shell (exec >file)" },
	[NOTHELD_TERM_DUMB] = { "term-dumb", "TERM is dumb",
		"set TERM on the client's side to its terminal's type, such as xterm-256color" },
	[NOTHELD_TERM_UNSET] = { "term-unset", "TERM is not set",
		"set TERM on the client's side to its terminal's type, such as xterm-256color" },
	[NOTHELD_NO_SIZE] = { "no-size", "the login's terminal has no size",
		"give the terminal a size before ssh is started: stty rows 24 cols 80" },
	[NOTHELD_OFF_VARIABLE] = { "off-variable", "HOLDFAST=off is in the shell's environment",
		"remove HOLDFAST=off from the start-up files, or from SetEnv in sshd_config" },
	[NOTHELD_OFF_CLIENT] = { "off-client", "the client has sent LC_HOLDFAST=off",
		"remove LC_HOLDFAST=off from the client's environment, or from SetEnv in its ssh_config" },
	[NOTHELD_OFF_FILE] = { "off-file", "the user has opted out by ~/.config/holdfast/off",
		"rm ~/.config/holdfast/off" },
	[NOTHELD_FORCED] = { "forced", "sshd runs a ForceCommand in place of the login shell",
		"sshd -T -C user=NAME prints the ForceCommand; with none in sshd_config the shell is held" },
	[NOTHELD_OTHER_PROGRAM] = { "other-program", "another program has started the shell, and not sshd itself",
		"a shell is held if it is the account's login shell (chsh); holdfastctl new starts a session in any" },
	[NOTHELD_MODULE] = { "module", "pam_holdfast could not record the login",
		"the module's line in the log says why: journalctl -g 'login will not be held'; " DOCTOR },
	[NOTHELD_SWITCHED_OFF] = { "switched-off", "holdfast is switched off on this host",
		"rm " HOLDFAST_CONFDIR "/disabled switches holdfast on" },
	[NOTHELD_SKIPPED] = { "skipped", "the person pressed Ctrl-C, or left, while the login waited", "" },
	[NOTHELD_CRASHED] = { "crashed", "holdfast-login failed", DOCTOR },
	[NOTHELD_NO_ANSWER] = { "no-answer", "holdfastd did not answer in time", RESTART },
	[NOTHELD_UNREACHABLE] = { "unreachable", "the login could not ask holdfastd", DOCTOR },
	[NOTHELD_NOT_READY] = { "not-ready", "a new session was not ready within LoginTimeout",
		"the log says what it waited for: journalctl -t holdfastd; LoginTimeout in holdfast.conf is the limit" },
	[NOTHELD_ENVIRONMENT] = { "environment", "the environment of the login is too large",
		"unset large variables, on the client's side (SendEnv) or in pam_env" },
	[NOTHELD_ENTERING] = { "entering", "the login could not enter a session", DOCTOR },
	[NOTHELD_BY_NAME] = { "by-name", "the session that it asked for cannot be entered",
		"holdfastctl ls shows the names and numbers; the login's terminal has the reason" },
	[NOTHELD_NEW_OTHER_KEY] = { "new-other-key", "the dropped session was started with another key or method",
		"log in with the same key, or enter it by its number: holdfastctl attach; MatchKey in holdfast.conf" },
	[NOTHELD_NEW_ELEVATED] = { "new-elevated", "the dropped session was left in another user's shell",
		"enter it by its number: holdfastctl attach" },
	[NOTHELD_NEW_SILENT] = { "new-silent", "the dropped session did not answer",
		"holdfastctl kill -s KILL ends a session that does not answer" },
	[NOTHELD_NEW_LATE] = { "new-late", "another login has taken the dropped session first", "" },
	[NOTHELD_UNKNOWN_LOGIN] = { "no-ticket", "its ticket is of no login that runs",
		"a process that outlives its login (mosh-server, tmux) has started the shell" },
	[NOTHELD_ANOTHERS_TICKET] = { "not-yours", "its ticket belongs to another user",
		"HOLDFAST_TICKET must not be kept over su and sudo" },
	[NOTHELD_NOT_INSIDE] = { "not-inside", "the process that asked is not part of the login, or of a held session",
		"a process that the login has not started has used its ticket; or one in a session has lost its parents, or "
		"is confined (holdfastctl(1), run)" },
	[NOTHELD_CONFINED] = { "confined", "the shell is confined",
		"a held shell would be free of this confinement, so it is not held; " DOCTOR },
	[NOTHELD_NAMESPACES] = { "namespaces", "sshd runs elsewhere than holdfastd",
		"sshd and holdfastd must share namespaces and root: run holdfastd in sshd's container, or none" },
	[NOTHELD_NOT_SSHDS] = { "not-sshd", "sshd has not started this login shell itself",
		"a wrapper, or a program executed by a start-up file before the hook, stands between (holdfast(7))" },
	[NOTHELD_DISABLED] = { "disabled", "holdfast is switched off on this host",
		"rm " HOLDFAST_CONFDIR "/disabled switches holdfast on" },
	[NOTHELD_ENABLE_NO] = { "enable-no", "holdfast.conf switches holdfast off for this login (Enable no)",
		"holdfastctl check-config -u NAME shows the policy of a user" },
	[NOTHELD_BUSY] = { "queue", "too many logins at once",
		"wait, or end those that hang: ps -C holdfast-login" },
	[NOTHELD_CONFIG] = { "bad-config", "holdfast.conf has an error", "holdfastctl check-config" },
	[NOTHELD_BAD_REQUEST] = { "bad-request", "holdfastd did not understand the request",
		"programs of two versions: systemctl restart holdfastd" },
	[NOTHELD_TROUBLE] = { "trouble", "holdfastd could not do its work", IN_LOG },
	[NOTHELD_DRAIN] = { "drain", "the host is drained: no new sessions", "holdfastctl drain --off ends that" },
	[NOTHELD_LIMIT] = { "limit", "the user has as many sessions as MaxSessions permits",
		"holdfastctl ls -u NAME and holdfastctl kill; or a larger MaxSessions in holdfast.conf" },
	[NOTHELD_LIMIT_TOTAL] = { "limit-total", "the host has as many sessions as MaxSessionsTotal permits",
		"holdfastctl ls -a and holdfastctl kill; or a larger MaxSessionsTotal in holdfast.conf" },
	[NOTHELD_MAXLOGINS] = { "maxlogins", "one more session would leave no room for another login (maxlogins)",
		"a larger maxlogins in limits.conf, or fewer sessions" },
	[NOTHELD_PAM] = { "pam", "PAM refused the session",
		"the rules of sshd's PAM service are those of held shells (holdfastctl doctor); PamService in holdfast.conf" },
	[NOTHELD_LOGIND] = { "logind", "logind made no session",
		"pam_systemd must be in the PAM rules, and /run must have room; " DOCTOR },
	[NOTHELD_PTYS] = { "ptys", "no pseudo terminal was free",
		"sysctl kernel.pty.max is the limit and kernel.pty.nr the number in use; findmnt /dev/pts shows another one" },
	[NOTHELD_SPACE] = { "space", "no space was left", "df -h and df -i show what is full" },
	[NOTHELD_FILES] = { "nofile", "the limit on open files is too small",
		"a larger nofile in limits.conf, or LimitNOFILE of ssh.service and holdfastd.service" },
	[NOTHELD_MEMORY] = { "memory", "there was no memory",
		"free -h; MemoryMax of holdfastd.service and of the user's slice" },
	[NOTHELD_KEEPER] = { "keeper", "the session's keeper did not start", IN_LOG },
	[NOTHELD_HELPER_DIED] = { "helper-died", "holdfastd's process for this login has ended in the middle of its work",
		"if nobody has killed it, report a bug; coredumpctl list holdfastd" },
	[NOTHELD_LOGIN_TIMEOUT] = { "login-timeout", "the session was not ready within LoginTimeout",
		"mend what it waited for, or set a larger LoginTimeout in holdfast.conf" },
	[NOTHELD_GAVE_UP] = { "gave-up", "the login did not wait for holdfastd any longer", RESTART },
	[NOTHELD_AWAY] = { "unknown", "unknown: holdfastd was not running", RESTART },
	[NOTHELD_NO_HOOK] = { "no-hook", "the login's shell has not run the hook",
		"holdfastctl doctor looks for the hook in the start-up files; shells without one are not held" },
	[NOTHELD_OTHER_KEY] = { "other-key", "the session was started with another key or method",
		"log in with the same key, or enter it by its number; MatchKey in holdfast.conf" },
	[NOTHELD_ELEVATED] = { "elevated", "another user's shell was in front in the session",
		"enter it by its number: holdfastctl attach" },
	[NOTHELD_TAKE_OVER] = { "take-over", "TakeOver in holdfast.conf forbids to take the session from its terminal",
		"detach it there: holdfastctl detach" },
	[NOTHELD_TICKET] = { "ticket", "its ticket is of no login that runs", "log in anew" },
	[NOTHELD_OTHER_SESSION] = { "other-session", "another session has the number that another node of the pool knew",
		"nothing: a session that has ended is not found; holdfastctl ls shows those that are there" },
};

static bool
is_cause(uint32_t cause)
{
	return cause < NOTHELD_END && causes[cause].name;
}

bool
notheld_may_be_said(uint32_t cause)
{
	return cause < NOTHELD_ROOT && is_cause(cause);
}

bool
notheld_is_new(uint32_t cause)
{
	return cause >= NOTHELD_NEW_OTHER_KEY && cause < NOTHELD_ROOT;
}

const char *
notheld_name(uint32_t cause)
{
	return is_cause(cause) ? causes[cause].name : "unknown";
}

uint32_t
notheld_find(const char *name)
{
	for (uint32_t i = 0; i < NOTHELD_END; i++)
		if (causes[i].name && strcmp(causes[i].name, name) == 0)
			return i;
	return 0;
}

const char *
notheld_number(uint32_t cause)
{
	if (cause == NOTHELD_UNREACHABLE || cause == NOTHELD_ENTERING)
		return "errno";
	return notheld_is_new(cause) ? "other" : NULL;
}

void
notheld_words(uint32_t cause, uint32_t number, const char *what, char out[TEXT_CAP])
{
	const char *words = is_cause(cause) ? causes[cause].words : "a reason that this version does not know";
	const char *field = notheld_number(cause);
	char safe[TEXT_CAP / 2], error[64] = "";

	log_escape(safe, sizeof safe, what);
	if (number && field && strcmp(field, "errno") == 0)
		snprintf(error, sizeof error, ": %.60s", strerror((int)(number & 0xfff)));
	else if (number && field)
		snprintf(error, sizeof error, " (session %u)", (unsigned)number);
	snprintf(out, TEXT_CAP, "%.200s%s%s%s", words, error, safe[0] ? ": " : "", safe);
}

const char *
notheld_mend(uint32_t cause)
{
	return is_cause(cause) ? causes[cause].mend : "";
}
