/* SPDX-License-Identifier: MIT */
/*
 * survival: whether a process of a login outlives the login's connection.  The answer comes from files alone (cgroup,
 * logind.conf, units), so it needs no D-Bus and no root, and works in a container.
 */
#ifndef HOLDFAST_SURVIVAL_H
#define HOLDFAST_SURVIVAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "bounds.h"

enum survival_answer { SURVIVAL_NO, SURVIVAL_YES, SURVIVAL_UNKNOWN };

/* Where a process is, by its cgroup. */
enum survival_place {
	SURVIVAL_NOWHERE,      /* systemd does not run here, or does not manage the process */
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
/* Whether elogind runs on this host: a logind without systemd. */
bool survival_elogind(void);
/* What logind does with processes that a login of USER leaves behind, by KillUserProcesses and its two lists. */
enum survival_answer survival_kills(const char *user);
/* Whether USER lingers: their user manager runs without a login. */
enum survival_answer survival_lingers(const char *user);
/* KillMode of a unit; "control-group" if none is set; "": unknown. */
void survival_kill_mode(const char *unit, char *mode, size_t cap);
/* Of the process PID (0: the caller) of USER. */
void survival_of(pid_t pid, const char *user, struct survival *s);
/* The same for a process whose cgroup is that. */
void survival_in(const char *cgroup, const char *user, struct survival *s);
/* Takes systemd's path out of the text of a /proc/PID/cgroup (version 2, 1 or both): 0 or -ENODATA. */
int survival_cgroup(char *text, char *path, size_t cap);

#endif
