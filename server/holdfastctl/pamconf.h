/* SPDX-License-Identifier: MIT */
/*
 * pamconf: the lines of a PAM service (pam.conf(5), /etc/pam.d), with what they include in their places.
 */
#ifndef HOLDFAST_PAMCONF_H
#define HOLDFAST_PAMCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum pamconf_type { PAMCONF_AUTH, PAMCONF_ACCOUNT, PAMCONF_PASSWORD, PAMCONF_SESSION };

struct pamconf_line {
	enum pamconf_type type;
	char *control; /* "optional", "[success=ok default=ignore]" */
	char *module;  /* "pam_unix.so", without its arguments */
	char *file;
	unsigned number;
};

struct pamconf {
	struct pamconf_line *v;
	size_t count;
	char error[TEXT_CAP]; /* after -EBADMSG and -EACCES: where and what */
};

/*
 * Reads SERVICE ("sshd") from /etc/pam.d or /usr/lib/pam.d: 0; -ENOENT; -EACCES: a file of it can't be read; -EBADMSG:
 * it is broken in a way that makes PAM refuse it.  What was read until then is in *C; free with pamconf_free.
 */
int pamconf_read(struct pamconf *c, const char *service);
void pamconf_free(struct pamconf *c);
/* The first session line of a module, by the last part of its path; or NULL. */
const struct pamconf_line *pamconf_session(const struct pamconf *c, const char *module);

#endif
