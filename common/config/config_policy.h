/* SPDX-License-Identifier: MIT */
/* config_policy: what holdfast.conf says for one login. */
#ifndef HOLDFAST_CONFIG_POLICY_H
#define HOLDFAST_CONFIG_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "config_pool.h"

#define CONFIG_NONE UINT32_MAX /* no limit */
#define CONFIG_INPUT_MEMORY (UINT64_C(64) << 20)
#define CONFIG_ACCEPT_CAP 512
#define CONFIG_SERVICE_CAP 64
#define CONFIG_SERVICE_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_.-" /* valid in the name of a PAM service */
#define CONFIG_SKIP_CAP 256

enum config_take_over { CONFIG_TAKE_NO, CONFIG_TAKE_YES, CONFIG_TAKE_ASK };
enum config_keep_text { CONFIG_KEEP_NONE, CONFIG_KEEP_SCREEN, CONFIG_KEEP_SCROLLBACK };
enum config_size_policy { CONFIG_SIZE_LATEST, CONFIG_SIZE_SMALLEST, CONFIG_SIZE_LARGEST };
#define CONFIG_SCROLLBACK_MAX 100000

struct config_policy {
	bool enable;               /* Enable yes */
	uint32_t max_sessions;     /* MaxSessions 20; 0: none may be started */
	uint32_t max_total;        /* MaxSessionsTotal none: of all users together */
	uint32_t detached_s;       /* DetachedTimeout 7d, or CONFIG_NONE */
	uint32_t idle_shell_s;     /* IdleShellTimeout 24h, or CONFIG_NONE */
	uint32_t idle_detach_s;    /* IdleDetach none: CONFIG_NONE */
	uint32_t elevated_s;       /* ElevatedTimeout 5m; 0: never by itself; or CONFIG_NONE */
	bool match_key;            /* MatchKey yes */
	enum config_take_over take_over; /* TakeOver yes */
	enum config_size_policy size_policy; /* SizePolicy latest */
	char accept_env[CONFIG_ACCEPT_CAP]; /* AcceptEnv *: patterns for match_list, "" for none */
	uint32_t login_timeout_ms; /* LoginTimeout 5s */
	uint32_t stall_timeout_ms; /* StallTimeout 15s */
	uint64_t ring_bytes;       /* RingSize 1M, 64K to 64M, rounded up to a power of two */
	uint64_t input_bytes;      /* InputMemory 64M, 64K to 1G: of all sessions of the user */
	uint32_t scrollback;       /* Scrollback 2000, lines, 0 to CONFIG_SCROLLBACK_MAX */
	char pam_service[CONFIG_SERVICE_CAP]; /* PamService none: "", made from that of the login */
	char pam_skip[CONFIG_SKIP_CAP]; /* PamSkip none: further modules to skip, patterns for match_list */
	bool banner;               /* Banner yes: a line above a screen that is restored */
	enum config_keep_text keep_text; /* KeepText none */
	bool upgrade_sessions;     /* UpgradeSessions yes: a new package gives running sessions the new program */
	struct config_pool pool;   /* Pool none, and the other lines with Pool in front */
};

#endif
