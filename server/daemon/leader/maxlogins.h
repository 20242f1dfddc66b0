/* SPDX-License-Identifier: MIT */
/*
 * maxlogins: the limits of limits.conf(5) that held sessions count against.
 *
 * pam_limits refuses a login when the user has maxlogins already, and some versions of it count every session of
 * logind's, held ones too.  So that nobody is locked out by sessions that we keep, none is made unless another
 * login would still be let in afterwards.
 */
#ifndef HOLDFAST_MAXLOGINS_H
#define HOLDFAST_MAXLOGINS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MAXLOGINS_NONE (-1L)

struct maxlogins {
	long own;        /* maxlogins for the user's own logins, or MAXLOGINS_NONE */
	long everybody;  /* maxlogins of a %group, or maxsyslogins: all logins of the machine count */
};

struct maxlogins_subject {
	const char *user;
	uid_t uid;
	const gid_t *gids; /* the groups of the user */
	int gid_count;
};

/*
 * What CONF and then the files *.conf in the directory DIR say for S; a file that isn't there says nothing, and
 * lines that pam_limits would not understand are passed over as it does.  Whether there is any such limit, for
 * whomever.
 */
bool maxlogins_read(const char *conf, const char *dir, const struct maxlogins_subject *s, struct maxlogins *m);
/*
 * Whether a session may be made for USER: 0; -EDQUOT when the logins there are, and HELD sessions (of USER and, in
 * HELD_BY_ALL, of everybody; the new one counted in both), would leave no room for one more login; or another
 * negative errno.
 */
int maxlogins_check(const char *user, uid_t uid, gid_t gid, uint32_t held, uint32_t held_by_all);

#endif
