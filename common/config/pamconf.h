/* SPDX-License-Identifier: MIT */
/*
 * pamconf: the lines of a PAM service (pam.conf(5), /etc/pam.d), with included files in place, read as libpam reads
 * them, including Debian's "@include".
 */
#ifndef HOLDFAST_PAMCONF_H
#define HOLDFAST_PAMCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"

enum pamconf_type { PAMCONF_AUTH, PAMCONF_ACCOUNT, PAMCONF_PASSWORD, PAMCONF_SESSION };

struct pamconf_line {
	enum pamconf_type type;
	bool silent;    /* the type has a "-": PAM logs nothing if the module is missing */
	bool substack;  /* heads the lines of a higher level behind it; MODULE is the name of their file */
	unsigned level; /* of nested substacks */
	char *control;  /* "optional", "[success=ok default=ignore]" */
	char *module;   /* "pam_unix.so", without its arguments */
	char *args;     /* as they are written, "" for none */
	char *file;
	unsigned number;
};

struct pamconf {
	struct pamconf_line *v;
	size_t count;
	unsigned files;       /* that were read */
	char error[TEXT_CAP]; /* after -EBADMSG and -EACCES: where and what */
};

/*
 * Reads SERVICE ("sshd") from /etc/pam.d, /usr/lib/pam.d or /usr/etc/pam.d: 0; -ENOENT; -EACCES: cannot read one of
 * its files; -EBADMSG: PAM would refuse it, or it is over our limits (4096 lines, 256 files, includes 16 deep);
 * -ENOMEM.  *C has the lines read until then; free with pamconf_free.
 */
int pamconf_read(struct pamconf *c, const char *service);
void pamconf_free(struct pamconf *c);
const char *pamconf_type_name(enum pamconf_type type);
/* The last part of the module's path. */
const char *pamconf_module_name(const struct pamconf_line *l);
/* Whether C has a line of TYPE that runs a module; PAM takes those of the service "other" where there is none. */
bool pamconf_has_type(const struct pamconf *c, enum pamconf_type type);
/*
 * Modules whose session lines serve a login alone: they show the person something, or run once for each login.  A held
 * shell passes over them, for its login has had them.  Names as pamconf_module_name gives them, ended by NULL.
 */
extern const char *const pamconf_for_logins[];
/* Whether L has the word WORD among its arguments. */
bool pamconf_has_arg(const struct pamconf_line *l, const char *word);
/* The first session line of a module, by the last part of its path; or NULL. */
const struct pamconf_line *pamconf_session(const struct pamconf *c, const char *module);
/* The same for lines with the argument WORD, or without it if WITH is false. */
const struct pamconf_line *pamconf_session_arg(const struct pamconf *c, const char *module, const char *word, bool with);

#endif
