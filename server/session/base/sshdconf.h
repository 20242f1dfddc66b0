/* SPDX-License-Identifier: MIT */
/*
 * sshdconf: the configuration of sshd, from sshd itself (server/holdfastctl/base/sshdask.h) or from sshd_config and its
 * included files.  Lines in Match blocks other than "Match all" are kept apart.
 */
#ifndef HOLDFAST_SSHDCONF_H
#define HOLDFAST_SSHDCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "config_match.h"

#define SSHDCONF_FILE "/etc/ssh/sshd_config"
#define SSHDCONF_VENDOR_FILE "/usr/etc/ssh/sshd_config" /* in force where the former does not exist (openSUSE) */

struct sshdconf_line {
	char *key, *value; /* key in small letters */
	char *file;        /* NULL: from sshd itself */
	unsigned number;
	bool in_match;
};

struct sshdconf {
	struct sshdconf_line *v;
	size_t count;
	bool told;             /* by sshd itself */
	bool matches;          /* there are Match blocks */
	bool vendors;          /* SSHDCONF_FILE does not exist: these are the lines of SSHDCONF_VENDOR_FILE */
	char hidden[PATH_CAP]; /* a file that could not be read; "" */
};

/* Reads the files: 0 (also if some are unreadable), or a negative errno: cannot read it, or there is none. */
int sshdconf_read(struct sshdconf *c);
/* Parses the output of sshd -T: 0 or a negative errno. */
int sshdconf_parse_told(struct sshdconf *c, char *text);
void sshdconf_free(struct sshdconf *c);
/* The effective value of KEY, outside of Match blocks; or NULL. */
const char *sshdconf_get(const struct sshdconf *c, const char *key);
/* The line of subsystem NAME, or NULL; *COMMAND is its command. */
const struct sshdconf_line *sshdconf_subsystem(const struct sshdconf *c, const char *name, const char **command);
/* Whether sshd accepts an environment variable from the ssh client. */
bool sshdconf_accepts(const struct sshdconf *c, const char *name);
/* Whether SetEnv gives the variable to every login. */
bool sshdconf_sets(const struct sshdconf *c, const char *name);
/* Whether the files would include a file of that path, for all connections. */
bool sshdconf_includes(const struct sshdconf *c, const char *path);
/*
 * The value of KEY that the files have for a login of WHO, with Match blocks that are about the user, groups and address;
 * NULL: none.  A block with other criteria counts as not meant.
 */
const char *sshdconf_for(const struct sshdconf *c, const char *key, const struct config_subject *who);

#endif
