/* SPDX-License-Identifier: MIT */
/*
 * keeper: the process that holds one session: the pty's master, the ring of its output, and who is attached.
 *
 * Life cycle (table in keeper.c):
 *   NEW      a place and a ring, no shell; ends when the leader gives up or goes
 *   RUNNING  the shell runs, attached or not
 *   ENDING   the shell has ended; its last output is on the way to those attached
 *   OVER     nothing left to do
 */
#ifndef HOLDFAST_KEEPER_H
#define HOLDFAST_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent.h"
#include "client.h"
#include "command.h"
#include "controlmode.h"
#include "expiry.h"
#include "front.h"
#include "lead.h"
#include "leadside.h"
#include "loop.h"
#include "painting.h"
#include "place.h"
#include "ring.h"
#include "settings.h"
#include "shellenv.h"
#include "streams.h"
#include "typing.h"

#define KEEPER_READ_MAX 16384 /* from the pty at once */

enum keeper_state { KEEPER_NEW, KEEPER_RUNNING, KEEPER_ENDING, KEEPER_OVER };

struct keeper {
	struct loop loop;
	struct ring ring;
	struct command *command; /* a command on pipes, and then no pty (commanding.h); NULL: a terminal */
	struct place place;
	struct lead_init init;
	struct agent agent;
	struct client_table clients;
	struct painting painting;
	struct front front;
	struct typing typing;
	struct controlmode controlmode;
	struct settings settings; /* of the pty */
	struct streams streams;  /* input of framed clients */
	unsigned char session_key[FRAME_KEY]; /* random: an id that is used again has another */
	uint64_t linger_until; /* ENDING: a client that has not heard of it is waited for; CLOCK_NEVER: not yet */
	uint64_t answered;   /* queries in the output before this have been a terminal's to answer */
	enum keeper_state state;
	int leader;          /* the socket to the leader; -1: it is gone, attachments are unvouched */
	bool leader_hangs;   /* it has left a question open: the next one does not wait as long */
	int master;
	int slave;           /* held until the shell has ended, so that the master never hangs up before */
	int signals;         /* signalfd */
	const char *own_root;   /* borrowed: where the session's place is to be made; NULL: the leader has made it */
	mode_t umask;        /* as the leader's PAM stack left it */
	pid_t shell;         /* 0: not started, or ended */
	bool commanded;      /* it runs a command, in the pty or on pipes, and no login shell */
	bool killed;         /* it has been asked to end: its status is kept for nobody */
	int status;          /* its wait status */
	bool drained;        /* ENDING: the pty has nothing left */
	size_t drain_left;   /* ENDING: bytes that are still taken from a pty that others go on writing to */
	bool slowed;         /* a terminal was too far behind, and is not near enough again: the pty is not read */
	uint64_t kill_at;    /* clock_now_ms() when a shell asked to end is killed; CLOCK_NEVER */
	uint64_t quiet_until; /* input waits until the new shell is there (its first output) or then; CLOCK_NEVER: it is */
	uint64_t nudge_until; /* a redraw is being forced: the real size comes back then; CLOCK_NEVER */
	struct winsize size; /* of the pty */
	char name[NAME_CAP];
	char term[TERM_CAP];
	char address[ADDRESS_CAP];
	uint64_t created_ms, changed_ms, activity_ms; /* clock_date_ms() */
	uint64_t home_born; /* birth_of the home directory, as the shell was started */
	uint64_t heard_ms;     /* the last input, clock_date_ms() */
	uint64_t lost_ms, lost_heard_ms, lost_used_ms; /* of the last drop: attach.h */
	uint64_t dropped_at;   /* clock_now_ms() */
	uint64_t drop_offset;
	struct expiry expiry;
	uint32_t login_changes; /* notice_login */
	uint32_t why_ended;     /* enum lead_why */
};

/* Serves the session until it is over.  The leader's INIT has been received.  0, or 1 when nothing could be set up. */
int keeper_run(struct keeper *k);

/*
 * For claim.c, client.c, attached.c and show.c.
 */

/*
 * The first claim is confirmed: forks the shell, which runs COMMAND (NULL: it is a login shell; a session on pipes has
 * one).  LOGIN is the login's environment, MODES the settings of its terminal (NULL: pipes).  0 or a negative errno.
 */
int keeper_start_shell(struct keeper *k, const struct envlist *login, const char *command,
                       const struct termios *modes);
/* What the shell's environment is made from, besides that of a login; it borrows from K. */
struct shellenv_facts keeper_shellenv_facts(const struct keeper *k);
/* An attachment has come, gone, or changed its size: the pty gets the smallest size of all. */
void keeper_fit_size(struct keeper *k);
/* The last attachment has gone: now. */
void keeper_dropped(struct keeper *k);
/* Tells the pty this number of rows instead of its own. */
void keeper_set_rows(struct keeper *k, unsigned short rows);
/*
 * Sends SIGNAL to the shell and what is in front.  After HUP, TERM and KILL they are killed if the shell is still
 * there five seconds later.
 */
void keeper_kill(struct keeper *k, int signal);
/* Fills in what STATUS answers. */
void keeper_status(const struct keeper *k, struct attach_status *s);

#endif
