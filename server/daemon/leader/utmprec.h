/* SPDX-License-Identifier: MIT */
/*
 * utmprec: the session's line in utmp(5).
 *
 * sshd enters a login under the terminal that it has made.  The shell that is held runs in another terminal, and who(1),
 * w(1), write(1), wall(1) and mesg(1) there look for that one.  So while a login is attached its entry is moved: a copy of
 * it (the same user, host, time and process) stands under the session's terminal, and sshd's own has no user name, which
 * hides it from whatever reads utmp, and lets sshd find and end it as ever.  wtmp is not touched: sshd has written a line
 * for the login, and will write its end.  Should nobody be there to move the entry back, the copy is of a process that is
 * gone when the login is, and the next one who moves an entry takes it out.
 *
 * A client that is attached by pipes has no entry of sshd's; for it one is made, in wtmp too.
 */
#ifndef HOLDFAST_UTMPREC_H
#define HOLDFAST_UTMPREC_H

#include <stdbool.h>
#include <sys/types.h>
#include <utmpx.h>

/* An entry of sshd's that was moved, as much as is needed to move it back. */
struct utmprec_moved {
	char user[sizeof ((struct utmpx *)0)->ut_user];
	pid_t pid;
	unsigned pts; /* it was /dev/pts/PTS's */
};

/*
 * TTY is "/dev/pts/N", or "" for none.  Enters USER from HOST (a numeric address), in the place of an entry that is
 * there: whether it did.  It does not while somebody has locked utmp, and when TTY is no file of OWNER's: a keeper
 * can have closed the terminal and go on talking, and the next one of that number is another user's.
 */
bool utmprec_login(const char *tty, uid_t owner, pid_t pid, const char *user, const char *host);
/* Takes it out; nothing happens when there is none, or one that is not PID's.  False: it could not be done now. */
bool utmprec_logout(const char *tty, pid_t pid);
/*
 * Moves the entry that SSHD, or a child of it, has made for /dev/pts/PTS to TTY, with the same conditions: whether it did,
 * and then *M says what.
 */
bool utmprec_move(const char *tty, uid_t owner, pid_t sshd, unsigned pts, struct utmprec_moved *m);
/*
 * Moves it back, as far as it has not ended; where another login has got either terminal meanwhile, that one's entry
 * stays.  False: it could not be done now.
 */
bool utmprec_move_back(const char *tty, const struct utmprec_moved *m);

#endif
