/* SPDX-License-Identifier: MIT */
/*
 * utmprec: the session's line in utmp(5).
 *
 * sshd enters a login under the terminal that it has made.  The held shell runs in another terminal, and who(1), w(1),
 * write(1), wall(1) and mesg(1) look for that one.  So while a login is attached the leader moves the entry: a copy
 * (the same user, host, time and process) stands under the session's terminal, and sshd's own entry loses the user
 * name, which hides it from readers of utmp and lets sshd find and end it as always.  wtmp stays unchanged: sshd
 * writes the login's start and end there.  If the leader dies before it moves the entry back, the copy names a process
 * that ends with the login, and the next leader that moves an entry removes the copy.
 *
 * A client that is attached by pipes has no entry of sshd's; the leader makes one, in wtmp too.
 */
#ifndef HOLDFAST_UTMPREC_H
#define HOLDFAST_UTMPREC_H

#include <stdbool.h>
#include <sys/types.h>
#include <utmpx.h>

/* A moved entry of sshd's: the data needed to move it back. */
struct utmprec_moved {
	char user[sizeof ((struct utmpx *)0)->ut_user];
	pid_t pid;
	unsigned pts; /* it was under /dev/pts/PTS */
};

/* Whether this host has utmp.  Debian has none from 13 on: there who(1) asks logind (ptsorder.h). */
bool utmprec_exists(void);
/*
 * TTY is "/dev/pts/N", or "" for none.  Enters USER from HOST (a numeric address), in place of an existing
 * entry.  Returns whether it did: not while another process has locked utmp, and not if TTY is no file of OWNER's (a
 * keeper can have closed the terminal and still report, and the next terminal of that number is another user's).
 */
bool utmprec_login(const char *tty, uid_t owner, pid_t pid, const char *user, const char *host);
/* Removes the entry if it is PID's.  False: not possible now. */
bool utmprec_logout(const char *tty, pid_t pid);
/*
 * Moves the entry that SSHD, or a child of it, has made for /dev/pts/PTS to TTY, under the same conditions.  Returns
 * whether it did, with the entry in *M.
 */
bool utmprec_move(const char *tty, uid_t owner, pid_t sshd, unsigned pts, struct utmprec_moved *m);
/*
 * Moves the entry back unless it has ended; if another login has got either terminal meanwhile, that login's entry
 * stays. False: not possible now.
 */
bool utmprec_move_back(const char *tty, const struct utmprec_moved *m);

#endif
