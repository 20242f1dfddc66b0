/* SPDX-License-Identifier: MIT */
/*
 * sshdconf: the configuration of sshd, as sshd itself tells it (sshd -G, sshd -T) or, for who may not ask that, read
 * from sshd_config and what it includes.  Lines in Match blocks other than "Match all" are kept apart.
 */
#ifndef HOLDFAST_SSHDCONF_H
#define HOLDFAST_SSHDCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

#define SSHDCONF_FILE "/etc/ssh/sshd_config"

struct sshdconf_line {
	char *key, *value; /* key in small letters */
	char *file;        /* NULL: sshd told it */
	unsigned number;
	bool in_match;
};

struct sshdconf {
	struct sshdconf_line *v;
	size_t count;
	bool told;             /* by sshd itself */
	bool matches;          /* there are Match blocks */
	char hidden[PATH_CAP]; /* a file that could not be read; "" */
};

/* Reads the files: 0 (also when some are hidden), or a negative errno when SSHDCONF_FILE can't be read. */
int sshdconf_read(struct sshdconf *c);
/* Asks sshd for what is in force for USER: 0, or a negative errno (-EBADMSG: it did not like to). */
int sshdconf_ask(struct sshdconf *c, const char *user);
/* Parses what sshd has told. */
int sshdconf_parse_told(struct sshdconf *c, char *text);
void sshdconf_free(struct sshdconf *c);
/* The value of KEY that counts, outside of Match blocks; or NULL. */
const char *sshdconf_get(const struct sshdconf *c, const char *key);
/* The line that makes subsystem NAME, or NULL; *COMMAND is its command. */
const struct sshdconf_line *sshdconf_subsystem(const struct sshdconf *c, const char *name, const char **command);
/* Whether an environment variable is accepted from the client. */
bool sshdconf_accepts(const struct sshdconf *c, const char *name);
/* Whether SetEnv gives the variable to every login. */
bool sshdconf_sets(const struct sshdconf *c, const char *name);
/* Whether the files include a file of that path, if it were there, for all connections. */
bool sshdconf_includes(const struct sshdconf *c, const char *path);
/*
 * sshd -t: 0 it likes its configuration; -EBADMSG with what it says in TEXT; another negative errno.  It wants
 * /run/sshd, which sshd's start makes: with PREPARE that is made here, without it -EAGAIN says that it was missing.
 */
int sshdconf_test(bool prepare, char text[TEXT_CAP]);

#endif
