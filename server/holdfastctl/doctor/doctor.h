/* SPDX-License-Identifier: MIT */
/*
 * doctor: the checks of `holdfastctl doctor`, and their findings.
 *
 * A check examines one subject and adds findings.  It never fails: if it cannot tell, it adds a finding "unknown".  A
 * finding has an id that scripts may rely on ("pam.line"), a level, a plain sentence without a full stop, and
 * sometimes the line that fixes it.
 */
#ifndef HOLDFAST_DOCTOR_H
#define HOLDFAST_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "sshdconf.h"
#include "bounds.h"
#include "survival.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_PROBLEM, DOCTOR_UNKNOWN };

struct doctor_finding {
	const char *id;
	enum doctor_level level;
	char *text;
	char *fix; /* NULL: no fix */
};

#define DOCTOR_FINDINGS_MAX 96

struct doctor {
	/* the user that the checks are for */
	uid_t uid;
	gid_t gid;
	char user[USER_CAP], home[PATH_CAP], shell[PATH_CAP];
	char **groups;            /* names, ended by NULL; groups without a name are left out */
	bool self;                /* that is the caller */
	/* facts for several checks */
	bool has_system;          /* root has installed holdfast here; else only the user's own installation matters */
	bool own_hook;            /* the user's start-up files have the hook of a user without root */
	struct sshdconf sshd;
	int sshd_rc;              /* 0, or why sshd's configuration is not known */
	bool sshd_at_all;         /* this is a host with an sshd */
	/* what was found */
	struct doctor_finding v[DOCTOR_FINDINGS_MAX];
	size_t count;
	/* for the summary */
	enum survival_answer held; /* the current shell outlives its connection */
	char held_why[TEXT_CAP];
};

/* FIX may be NULL. */
void doctor_add(struct doctor *d, const char *id, enum doctor_level level, const char *fix, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
const char *doctor_level_word(enum doctor_level level);
size_t doctor_count(const struct doctor *d, enum doctor_level level);
void doctor_free(struct doctor *d);
void doctor_print(const struct doctor *d, FILE *f);
void doctor_print_json(const struct doctor *d, FILE *f);

/* Fills in the user (NULL: the caller) and the facts for several checks: 0, or -ENOENT: no such user. */
int doctor_begin(struct doctor *d, const char *user);

void doctor_check_parts(struct doctor *d);  /* switch, daemon, configuration */
void doctor_check_files(struct doctor *d);  /* the installed files */
void doctor_check_pool(struct doctor *d);   /* the pool of login nodes, where there is one */
void doctor_check_run(struct doctor *d);    /* /run/holdfast */
void doctor_check_pam(struct doctor *d);
void doctor_check_stack(struct doctor *d); /* the PAM rules of held shells; a part of the former */
void doctor_check_sshd(struct doctor *d);   /* subsystem, environment, dead links */
void doctor_check_servers(struct doctor *d); /* dropbear and the like */
void doctor_check_hook(struct doctor *d);
void doctor_check_before(struct doctor *d); /* files read before the hook, and /etc/holdfast/resume.d */
void doctor_check_host(struct doctor *d);   /* what systemd ends, and when */
void doctor_check_shell(struct doctor *d);  /* the current shell */
void doctor_check_limits(struct doctor *d); /* maxlogins, TMOUT, SELinux */
void doctor_check_versions(struct doctor *d); /* which programs the sessions run */

/* Whether there is a hook for a login shell of that path. */
bool doctor_has_hook(const char *shell);

/* Pieces that the tests look at one by one. */

/* The number that a shell script's text sets TMOUT to, 0: none. */
long doctor_tmout(char *text);

#endif
