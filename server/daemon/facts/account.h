/* SPDX-License-Identifier: MIT */
/* account: the user of a login according to the name service. */
#ifndef HOLDFAST_ACCOUNT_H
#define HOLDFAST_ACCOUNT_H

#include <sys/types.h>

#include "envlist.h"
#include "bounds.h"

struct account {
	char user[USER_CAP];
	uid_t uid;
	gid_t gid;
	char home[PATH_CAP];
	char shell[PATH_CAP];
};

/* 0; -ENOENT: no such user; -EPERM: it has another uid; -ENAMETOOLONG; another negative errno. */
int account_find(const char *user, uid_t uid, struct account *a);
/* Sets HOME, USER, LOGNAME, SHELL and PATH in *ENV: 0 or a negative errno.  MAIL is pam_mail's, in the login. */
int account_env(const struct account *a, struct envlist *env);

#endif
