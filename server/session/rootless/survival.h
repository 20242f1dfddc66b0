/* SPDX-License-Identifier: MIT */
/*
 * survival: whether a process that a login has started is still there when the login's connection has ended.  It is
 * read from files alone (cgroup, logind.conf, units), so it works without D-Bus, in a container and for everybody.
 */
#ifndef HOLDFAST_SURVIVAL_H
#define HOLDFAST_SURVIVAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "bounds.h"

enum survival_answer { SURVIVAL_NO, SURVIVAL_YES, SURVIVAL_UNKNOWN };

/* Where a process is, by its cgroup. */
enum survival_place {
	SURVIVAL_NOWHERE,      /* systemd does not run here, or has no part in it */
	SURVIVAL_LOGIN,        /* session-N.scope of a login */
	SURVIVAL_USER_MANAGER, /* below user@UID.service */
	SURVIVAL_SSH_INSTANCE, /* sshd@….service: socket activation, without a logind session */
	SURVIVAL_SSH_SERVICE,  /* ssh.service itself */
	SURVIVAL_OTHER,        /* some other unit */
	SURVIVAL_HIDDEN,       /* can't be seen */
};

struct survival {
	enum survival_answer answer;
	enum survival_place place;
	char cgroup[PATH_CAP];
	char unit[256];       /* the unit that PLACE is about; "" */
	char why[TEXT_CAP];   /* one sentence, without a full stop */
};

bool survival_systemd(void);
/* What logind does with what a login of USER leaves behind, KillUserProcesses and its two lists looked at. */
enum survival_answer survival_kills(const char *user);
/* Whether USER lingers: their user manager runs without a login. */
enum survival_answer survival_lingers(const char *user);
/* KillMode of a unit; "control-group" where none is set; "" when it can't be read. */
void survival_kill_mode(const char *unit, char *mode, size_t cap);
/* Of the process PID (0: the caller) of USER. */
void survival_of(pid_t pid, const char *user, struct survival *s);
/* The same for a process whose cgroup is that. */
void survival_in(const char *cgroup, const char *user, struct survival *s);
/* Takes systemd's path out of the text of a /proc/PID/cgroup (version 2, 1 or both): 0 or -ENODATA. */
int survival_cgroup(char *text, char *path, size_t cap);

#endif
