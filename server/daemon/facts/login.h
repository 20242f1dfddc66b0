/* SPDX-License-Identifier: MIT */
/* login: the login of a ticket, from its record (common/run/record.h), checked against the live sshd. */
#ifndef HOLDFAST_LOGIN_H
#define HOLDFAST_LOGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "auth_keys.h"
#include "bounds.h"
#include "event.h"
#include "frame_hop.h"
#include "identity.h"
#include "record.h"
#include "ticket.h"

struct login {
	uid_t uid;
	char user[USER_CAP];
	pid_t sshd;     /* the process that opened the PAM session … */
	uint64_t start; /* … and when it was started */
	char address[ADDRESS_CAP]; /* "": unknown */
	char local_address[ADDRESS_CAP];
	uint16_t port, local_port; /* 0: unknown */
	char service[RECORD_SERVICE_CAP]; /* of PAM, that sshd runs as */
	bool by_pam;    /* PAM asked for a password or the like; also if unknown */
	struct identity identity;
	struct identity former; /* for sessions of versions whose identity had no user name */
	char who[WHO_CAP];
	/*
	 * Of a login that another node of the pool has vouched for (hopfile.h): IDENTITY and WHO are what it has proved
	 * there, and FORMER is unknown.  The addresses and ports above stay those of its connection to this host.
	 */
	char node[NODE_CAP];               /* that node; "": nobody has vouched for it */
	char vouched[FRAME_HOP_METHOD];    /* by which key, or "munge" */
	char origin[ADDRESS_CAP];          /* where it came from there; "": unknown */
	/* What it has proved to this host, for Match Key: "SHA256:…", certificates' key ids; "" behind the last. */
	char keys[AUTH_KEYS][AUTH_KEY_CAP];
};

/*
 * Finds the login of TICKET.  0; -ENOENT: no such record; -ESRCH: its sshd is gone; -EPERM, -EBADMSG: the record
 * isn't root's own or is damaged; another negative errno.
 */
int login_find(const struct ticket *ticket, struct login *l);
/* Where the person is, for people and the log; "": unknown. */
const char *login_from(const struct login *l);
/* Adds to *E the node that has vouched for L, if one has. */
void login_event(const struct login *l, struct event *e);
/*
 * Notes that the login of TICKET has asked holdfastd for a session, or has said why it does not, by a time of its
 * record that no clock gives (record.h): 0 the first time; -EALREADY; another negative errno.
 */
int login_has_asked(const struct ticket *ticket);
/*
 * Reads the record NAME in DIR (logins) into BUF, RECORD_MAX + 1 bytes that must outlive *r: 0 or a negative errno
 * as above.
 */
int login_read_record(int dir, const char *name, char *buf, struct record *r);
/* Whether L's sshd started within the last SECONDS, by a clock that cannot be set. */
bool login_is_young(const struct login *l, unsigned seconds);
/*
 * Whether the process PID that was started at START still runs (zombies do not): 0, -ESRCH or another negative errno.
 */
int login_alive(pid_t pid, uint64_t start);

#endif
