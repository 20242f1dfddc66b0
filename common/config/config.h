/* SPDX-License-Identifier: MIT */
/*
 * config: reads holdfast.conf, "Keyword value" lines with Match blocks as in sshd_config(5), and makes the policy for
 * one user.  As in sshd_config the first value for a keyword is used; "#" starts a comment.
 */
#ifndef HOLDFAST_CONFIG_H
#define HOLDFAST_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "config_match.h"
#include "config_policy.h"

/* The mistake, for the log: "/etc/holdfast/holdfast.conf:3: MaxSessions: expected a number, found \"many\"". */
struct config_error {
	char text[512];
	unsigned line; /* 0: the file as a whole */
	bool harmless; /* no mistake: a line that has no effect */
};

void config_defaults(struct config_policy *p);
/*
 * Reads LEN bytes of text and puts the policy for SUBJECT (NULL: no user) into *p.  NAME stands for the text in errors.
 * 0, or -EBADMSG with *e filled for a wrong line (*p is then untouched).
 */
int config_parse(const char *name, const char *text, size_t len, const struct config_subject *subject,
                 struct config_policy *p, struct config_error *e);
/* The same, and says all mistakes in the order of the lines, and not only the first one; and what is harmless. */
int config_check(const char *name, const char *text, size_t len, const struct config_subject *subject,
                 struct config_policy *p, void (*say)(void *arg, const struct config_error *e), void *arg);

#endif
