/* SPDX-License-Identifier: MIT */
/*
 * pamlimits: how many logins pam_limits(8) lets a user have, read from limits.conf(5) as that module reads it.
 *
 * The module keeps one limit.  A line "maxlogins" or "maxsyslogins" that means the user replaces the limit unless the
 * limit is from a line that means the user more exactly (user, or range of uids; @group; %group; %; *).  The last such
 * line, even one that replaces nothing, says which item the limit is.  "user -" ends everything: no limits.
 * tests/unit/test_pamlimits.c asks the real module about each of these.
 */
#ifndef HOLDFAST_PAMLIMITS_H
#define HOLDFAST_PAMLIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PAMLIMITS_CONF "/etc/security/limits.conf"
#define PAMLIMITS_DIR "/etc/security/limits.d"
#define PAMLIMITS_NONE (-1)

struct pamlimits_user {
	const char *name;
	uid_t uid;
	gid_t gid;           /* ranges of groups mean the primary group alone */
	const gid_t *groups; /* all groups, the primary one too */
	int group_count;
};

/* Which logins the module counts against the limit. */
enum pamlimits_counted {
	PAMLIMITS_OWN,       /* the user's */
	PAMLIMITS_GROUP,     /* those of the members of a group */
	PAMLIMITS_EVERYBODY, /* all */
	PAMLIMITS_SYSTEM,    /* all, and entries in utmp whose process is dead */
};

struct pamlimits {
	int logins;                     /* the limit; PAMLIMITS_NONE: there is none */
	enum pamlimits_counted counted;
	gid_t group;                    /* whose members, with PAMLIMITS_GROUP */
	bool mentioned;                 /* some line limits somebody's logins */
};

/*
 * Reads CONF, then the files *.conf of the directory DIR in the order of their names: 0, or -ENOMEM.  Paths are those
 * of hostfile.h.  A file that is missing says nothing.  The first file that cannot be read says nothing either, and its
 * path is put into HIDDEN (CAP bytes; "" when every file could be read; may be NULL).
 */
int pamlimits_read(const char *conf, const char *dir, const struct pamlimits_user *user, struct pamlimits *l,
                   char *hidden, size_t cap);

#endif
