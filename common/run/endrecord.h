/* SPDX-License-Identifier: MIT */
/*
 * endrecord: what is known of the end of a session, as one line of text.  holdfast-events(7) has the vocabulary, which
 * the log and `holdfastctl last --json` share.
 *
 * A line is words of the form key=value with one blank between; in a value, blanks, '"', '=', '\', control characters
 * and bytes over 126 are \ooo.  A reader passes over keys that it does not know.  The line of a session that still runs
 * has no "why".
 *
 * PROGRAM, LINE and NAME are the keeper's words, a process of the user's, and so is the actor if SAID_BY_KEEPER is set;
 * all else is from root processes and the kernel.
 */
#ifndef HOLDFAST_ENDRECORD_H
#define HOLDFAST_ENDRECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "uniqueid.h"

#define ENDRECORD_UNIQUE UNIQUEID_CAP /* of the session, whatever its number */
#define ENDRECORD_LINE 161   /* of the session's last line */
#define ENDRECORD_BOOT 33    /* /proc/sys/kernel/random/boot_id without its dashes */
#define ENDRECORD_TEXT 2048  /* an encoded line with its newline and NUL; longer ones lose LINE */

enum end_why {
	END_NOT = 0,       /* it runs */
	END_EXIT,          /* the shell has exited by itself */
	END_SIGNAL,        /* the shell was ended by a signal whose sender is unknown */
	END_OOM,           /* the kernel's OOM killer */
	END_KILL,          /* a process asked the keeper, or the leader, to end the session; or sent the keeper SIGTERM */
	END_DETACHED,      /* DetachedTimeout */
	END_IDLE_SHELL,    /* IdleShellTimeout */
	END_IDLE_SESSION,  /* logind: StopIdleSessionSec */
	END_LOGIND,        /* logind stopped the session: loginctl terminate-session, terminate-user, ... */
	END_STOPPED,       /* systemd stopped the session's scope, and logind had not asked for that */
	END_SHUTDOWN,      /* the host was shut down, or is being shut down */
	END_CRASH,         /* the host went down, and nobody had stopped holdfastd */
	END_NO_SHELL,      /* the shell could not be started */
	END_KEEPER,        /* the keeper has ended, and the session with it */
	END_KILLED,        /* all processes of the session were gone, the leader too */
	END_RELEASED,      /* a command's client was terminated; the command may run on, without a session */
	END_WHYS
};

enum end_by { END_BY_UNKNOWN = 0, END_BY_SHELL, END_BY_PROCESS, END_BY_LOGIND, END_BY_SYSTEMD, END_BY_KERNEL,
	      END_BY_TIMEOUT, END_BY_HOST, END_BY_CLIENT, END_BYS };

/* Who asked: with END_BY_PROCESS. */
struct end_actor {
	uint32_t uid, pid;
	char program[NAME_CAP];   /* as the kernel has it (comm) */
	uint32_t signal;          /* that the process sent, or asked for; 0: none */
	bool said_by_keeper;
};

struct endrecord {
	uint64_t time_ms;         /* clock_date_ms(): the end, or when it was noticed */
	uint64_t seen_ms;         /* the session was there at that time, and its end was not seen; 0: it was */
	uint64_t created_ms;
	uint32_t session, uid;
	char unique[ENDRECORD_UNIQUE];
	char boot[ENDRECORD_BOOT]; /* of the kernel that it ran under */
	char user[USER_CAP];
	char name[NAME_CAP];
	char program[NAME_CAP];   /* in front when the keeper looked last */
	char line[ENDRECORD_LINE]; /* the last one with something in it */
	uint32_t has_status;
	uint32_t status;          /* of the shell, as waitpid(2) tells it */
	uint32_t why;             /* enum end_why */
	uint32_t by;              /* enum end_by */
	struct end_actor actor;
	uint32_t idle_s;          /* END_IDLE_SESSION: StopIdleSessionSec */
	bool attached;            /* somebody was attached */
	bool told;                /* the user has been told */
};

/* A line with a newline at its end: its length. */
int endrecord_text(const struct endrecord *r, char text[ENDRECORD_TEXT]);
/* The LEN bytes of a line, without its newline: 0 or -EBADMSG.  Control characters do not get into *R. */
int endrecord_parse(struct endrecord *r, const char *text, size_t len);
/* "oom" and the like: the words of the log. */
const char *endrecord_why(uint32_t why);
const char *endrecord_by(uint32_t by);
/* "3", or "signal:9", for a wait status. */
void endrecord_status(uint32_t status, char out[16]);

#endif
