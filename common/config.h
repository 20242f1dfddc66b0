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

struct config_policy {
	bool enable;               /* Enable yes */
	uint32_t max_sessions;     /* MaxSessions 20; 0: none may be started */
	uint32_t login_timeout_ms; /* LoginTimeout 5s */
	uint32_t stall_timeout_ms; /* StallTimeout 15s */
	uint64_t ring_bytes;       /* RingSize 1M, 64K to 64M, rounded up to a power of two */
};

/* Whom the policy is for; Match User and Match Group look at these.  GROUPS ends with NULL. */
struct config_subject {
	const char *user;
	const char *const *groups;
	const char *address; /* numeric, or "" */
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

#endif
