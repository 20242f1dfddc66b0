/* SPDX-License-Identifier: MIT */
#include "counterwords.h"

#include <string.h>

static const char *const events[COUNTER_WORDS_MAX] = {
	[COUNTER_OTHER] = "other",
	[COUNTER_CREATE] = "create",
	[COUNTER_RESUME] = "resume",
	[COUNTER_TAKE] = "take",
	[COUNTER_JOIN] = "join",
	[COUNTER_ATTACH] = "attach",
	[COUNTER_DROP] = "drop",
	[COUNTER_LEAVE] = "leave",
	[COUNTER_KEEPER_DIED] = "keeper-died",
	[COUNTER_PARKED] = "parked",
	[COUNTER_KEEPER_UPGRADED] = "keeper-upgraded",
	[COUNTER_REFUSE] = "refuse",
	[COUNTER_ASIDE] = "aside",
	[COUNTER_END] = "end",
	[COUNTER_LOST] = "lost",
	[COUNTER_VOUCH] = "vouch",
	[COUNTER_VOUCHED] = "vouched",
	[COUNTER_UNVOUCHED] = "unvouched",
};

static const char *const refusals[COUNTER_WORDS_MAX] = {
	"other", "no-ticket", "not-yours", "not-inside", "disabled", "limit", "pam", "bad-config", "trouble",
	"bad-request", "drain", "queue", "limit-total", "maxlogins", "nofile", "other-key", "elevated", "take-over", "ticket",
	"confined", "namespaces", "enable-no", "logind", "ptys", "space", "memory", "keeper", "helper-died", "login-timeout",
	"other-session",
};

static const char *const asides[COUNTER_WORDS_MAX] = {
	"other", "not-sshd", "no-terminal", "term-dumb", "off-client", "forced", "other-program", "redirected", "term-unset",
	"no-size", "switched-off", "off-variable", "unknown", "off-file", "module", "skipped", "crashed", "no-answer",
	"unreachable", "not-ready", "environment", "entering", "by-name", "new-other-key", "new-elevated", "new-silent",
	"new-late", "no-ticket", "gave-up", "no-hook", "disabled", "enable-no",
};

static const char *const ends[COUNTER_WORDS_MAX] = {
	"other", "exit", "signal", "oom", "kill", "DetachedTimeout", "IdleShellTimeout", "StopIdleSessionSec", "logind",
	"stopped", "shutdown", "crash", "no-shell", "keeper", "killed", "released",
};

static const char *const drops[COUNTER_WORDS_MAX] = {
	"other", "closed", "lost", "timeout", "sshd", "hangup", "process", "detach", "taken", "switch", "idle", "stale",
};

static const char *const *const lists[COUNTER_LISTS] = {
	[COUNTER_EVENTS] = events, [COUNTER_REFUSALS] = refusals, [COUNTER_ASIDES] = asides, [COUNTER_ENDS] = ends,
	[COUNTER_DROPS] = drops,
};

size_t
counterwords_find(enum counter_list list, const char *word, size_t len)
{
	const char *const *v = lists[list];

	for (size_t i = 1; i < COUNTER_WORDS_MAX && v[i]; i++)
		if (strlen(v[i]) == len && memcmp(v[i], word, len) == 0)
			return i;
	return 0;
}

const char *
counterwords_word(enum counter_list list, size_t place)
{
	return place < COUNTER_WORDS_MAX ? lists[list][place] : NULL;
}
