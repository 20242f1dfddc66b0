/* SPDX-License-Identifier: MIT */
/*
 * config: holdfast.conf, "Keyword value" lines with Match blocks as in sshd_config(5), and the policy that comes out
 * of it for one user.  The first value found for a keyword counts, as in sshd_config; "#" starts a comment.
 */
#ifndef HOLDFAST_CONFIG_H
#define HOLDFAST_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_NONE UINT32_MAX /* a limit or a time that there is none of */
#define CONFIG_ACCEPT_CAP 512
#define CONFIG_SERVICE_CAP 64
#define CONFIG_SERVICE_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_.-" /* what the name of a PAM service may have */
#define CONFIG_SKIP_CAP 256

enum config_take_over { CONFIG_TAKE_NO, CONFIG_TAKE_YES, CONFIG_TAKE_ASK };
#define CONFIG_SCROLLBACK_MAX 100000

struct config_policy {
	bool enable;               /* Enable yes */
	uint32_t max_sessions;     /* MaxSessions 20; 0: none may be started */
	uint32_t max_total;        /* MaxSessionsTotal none: of all users together */
	uint32_t detached_s;       /* DetachedTimeout 7d, or CONFIG_NONE */
	uint32_t idle_shell_s;     /* IdleShellTimeout 24h, or CONFIG_NONE */
	uint32_t elevated_s;       /* ElevatedTimeout 5m; 0: never by itself; or CONFIG_NONE */
	bool match_key;            /* MatchKey yes */
	enum config_take_over take_over; /* TakeOver yes */
	char accept_env[CONFIG_ACCEPT_CAP]; /* AcceptEnv *: patterns for match_list, "" for none */
	uint32_t login_timeout_ms; /* LoginTimeout 5s */
	uint32_t stall_timeout_ms; /* StallTimeout 15s */
	uint64_t ring_bytes;       /* RingSize 1M, 64K to 64M, rounded up to a power of two */
	uint32_t scrollback;       /* Scrollback 2000, lines, 0 to CONFIG_SCROLLBACK_MAX */
	char pam_service[CONFIG_SERVICE_CAP]; /* PamService none: "", made from that of the login */
	char pam_skip[CONFIG_SKIP_CAP]; /* PamSkip none: modules passed over besides, patterns for match_list */
	bool banner;               /* Banner yes: a line above a screen that is restored */
};

/* Whom the policy is for: what Match looks at.  GROUPS and KEYS end with NULL, or are NULL. */
struct config_subject {
	const char *user;
	const char *const *groups;
	const char *address; /* numeric, or "" */
	const char *const *keys; /* "SHA256:…" of the keys of a login, and the key ids of its certificates */
};

/* What was wrong, for the log: "/etc/holdfast/holdfast.conf:3: MaxSessions: expected a number, found \"many\"". */
struct config_error {
	char text[512];
};

void config_defaults(struct config_policy *p);
/*
 * Reads the file at PATH and puts the policy for SUBJECT into *p.  No such file: the defaults.
 * 0; -EBADMSG with *e filled for a line that is wrong (*p is then untouched); another negative errno with *e filled
 * when it can't be read, is over 1 MiB, or is not root's alone to write (owner root, not writable by group or others).
 */
int config_load(const char *path, const struct config_subject *subject, struct config_policy *p,
                struct config_error *e);
/* The same from LEN bytes of text; NAME is used in errors. */
int config_parse(const char *name, const char *text, size_t len, const struct config_subject *subject,
                 struct config_policy *p, struct config_error *e);

/* Reads a time as it is written there ("90", "15s", "1h30m"), at most MAX seconds: 0 or -EBADMSG. */
int config_seconds(const char *text, uint64_t max, uint64_t *seconds);

#endif
