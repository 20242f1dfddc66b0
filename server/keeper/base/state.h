/* SPDX-License-Identifier: MIT */
/*
 * state: all that a keeper knows of its session, in one struct that everything in the keeper may read.  Parts that only
 * their own unit looks into are pointers.
 *
 * Life cycle (table in keeper.c):
 *   NEW      a directory and a ring, no shell; ends when the leader gives up or goes
 *   RUNNING  the shell runs, attached or not
 *   ENDING   the shell has ended; its last output is on the way to those attached
 *   OVER     nothing left to do
 */
#ifndef HOLDFAST_STATE_H
#define HOLDFAST_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "bounds.h"
#include "front.h"
#include "leadermsg.h"
#include "loop.h"
#include "sessiondir.h"
#include "ring.h"
#include "settings.h"
#include "shell.h"
#include "source.h"
#include "streams.h"
#include "themereports.h"
#include "vital.h"

#define KEEPER_READ_MAX 16384 /* from the pty at once */
#define PEERS_MAX 64          /* connections; one more takes the place of the oldest that has claimed nothing */

struct agent;
struct answers;
struct awaited_list;
struct awaiting;
struct command;
struct controlmode;
struct handed;
struct peer;
struct picture;
struct times;
struct watched;

enum keeper_state { KEEPER_NEW, KEEPER_RUNNING, KEEPER_ENDING, KEEPER_OVER };

/* The connections to the session's socket (peers.h). */
struct peers {
	struct peer *v[PEERS_MAX];
	unsigned count;
	unsigned most;         /* there were, since memory was given back last */
	unsigned gone;         /* how many of them are marked (peer_mark_gone) and still have to be let go (departures.h) */
	uint64_t clock;        /* for age and active */
	uint32_t serial;
	unsigned unanswered;   /* questions about peers that the leader has (admission.h) */
	bool deaf;             /* out of descriptors: accepts no connection until a peer has gone */
	struct peer *before;   /* was leading until lately, and still answers … */
	uint64_t before_until; /* … until then (clock_now_ms()) */
	struct peer *alone;    /* the open claim of a kind that must be alone (FIRST, AUTO), or NULL */
};

/* What follows when nobody types (idle.h). */
struct idle {
	uint32_t detach_s;     /* seconds without input: a terminal is put out; CONFIG_NONE: never */
	uint32_t logind_s;     /* … logind ends the session; CONFIG_NONE: never */
	enum { IDLE_UNKNOWN, IDLE_AHEAD, IDLE_PERSONS } atime; /* what the terminal's atime is */
	uint64_t set_ms;       /* PERSONS: clock_now_ms() when it was set last */
	int reads;             /* AHEAD: an inotify watch for reads of input; -1: there is none */
	uint64_t looked_ms, look_at; /* AHEAD: clock_now_ms() when it was set last, and is set again; CLOCK_NEVER */
};

/*
 * A member that a keeper must have again is also in saved.c, for one that takes its place, or if only a keeper that
 * becomes another program can have it (a connection, say), in handed.c.
 */
struct keeper {
	enum keeper_state state;
	struct loop loop;
	int signals;           /* signalfd */
	struct sessiondir dir;
	const char *own_root;  /* borrowed: below which the session's directory is to be made; NULL: the leader has made it */
	struct leadermsg_init init;
	mode_t umask;          /* as the leader's PAM stack left it */
	struct vital vital;    /* the session's memory: what outlives this keeper */
	int io;                /* /proc/self/io, opened early; -1 */
	int memory;            /* its descriptor; -1: the keeper makes it (saved.h) */
	bool again;            /* this keeper has taken the place of one that died … */
	struct handed *handed; /* … or of another program in this process: what that has left (handed.h); NULL */
	bool again_blank;      /* … whose state it could not take over; … */
	bool again_lossy;      /* … the last call of that one may be lost, or done twice */
	int leader;            /* the socket to the leader; -1: it is gone, attachments are unvouched */
	bool leader_lost;      /* it has just gone: the loop sees to the consequences (leader_link.h) */
	bool leader_hangs;     /* it has left a question open: the next one does not wait as long */

	/* Its name and its history. */
	char name[NAME_CAP];
	char term[TERM_CAP];
	bool eight_bit;               /* the login that started it names a character set that is not UTF-8 */
	char address[ADDRESS_CAP];
	unsigned char session_key[FRAME_KEY]; /* random: an id that is used again has another */
	uint64_t created_ms, changed_ms, activity_ms; /* clock_date_ms() */
	uint64_t home_born;    /* birth_of the home directory, as the shell was started */
	struct winsize size;   /* of the pty */
	uint32_t colours[THEME_COLOURS]; /* those that a terminal has said last: THEME_KNOWN | 0xrrggbb; 0: none has */
	uint32_t login_changes; /* notice_login */

	/* The shell, its output, and its input. */
	struct shell shell;
	uint64_t told_by;      /* its process has ended: how, the leader tells until then (clock_now_ms()); 0: it has not */
	bool apart;            /* no login resumes it by itself (holdfastctl run) */
	bool commanded;        /* it runs a command, in the pty or on pipes, and no login shell */
	const struct source_ops *source;
	struct command *command; /* source_pipes.c's */
	int pipes[3];          /* the leader's, until source->open: the ends of a command's stdin, stdout, stderr */
	unsigned pipes_closed; /* which of them (1 << N) have been reported as closed */
	int master;
	int slave;             /* held until the shell has ended, so that the master never hangs up before */
	struct ring ring;      /* the output; of a command its standard output */
	struct times *times;   /* when it came (times.h); NULL: nobody notes that */
	struct streams streams; /* input of framed peers */
	uint64_t share_at;     /* clock_now_ms(): when the share of their memory is looked at next (inputshare.h); 0 */
	struct front front;
	struct {
		uint32_t epoch;   /* of FRONT, as the title shows it (proctitle.h) … */
		uint64_t changed_ms; /* … since then (clock_now_ms()), … */
		unsigned looks;   /* … and how often the keeper has looked since */
	} titled;
	struct settings settings; /* of the pty */
	bool slowed;           /* a terminal was too far behind, and is not near enough again: the pty is not read */
	bool typed;            /* input was written to the pty, which the program may not have read yet (asked.h) */
	uint32_t fed;          /* counts the writes of input to the pty */
	uint64_t fed_ms;       /* clock_now_ms(): the keeper gave the program input of its own, or of a stream; 0 */
	struct idle idle;
	uint64_t quiet_until;  /* input waits until the new shell is there (its first output) or then; CLOCK_NEVER: it is */
	uint64_t nudge_until;  /* a redraw is being forced: the real size comes back then; CLOCK_NEVER */

	/* Attachments, and what they show. */
	struct peers peers;
	struct awaited_list *attached; /* in the session's memory: those that would come back; NULL: not mapped */
	struct awaiting *awaiting; /* attachments that come back from a keeper that has died (awaited.h); NULL: none */
	uint64_t answered;     /* queries in the output before this have been a terminal's to answer */
	struct picture *picture; /* these three are there as soon as source->open has been called, for a pty */
	struct answers *answers;
	struct controlmode *controlmode;
	struct watched *watched; /* NULL: no client watches the pty */
	unsigned scripts;      /* connections that have asked for something in script/ */
	bool sends;            /* input of theirs waits for the pty */
	struct agent *agent;

	/* While nothing is attached. */
	uint64_t heard_ms;     /* the last input, clock_date_ms() */
	uint64_t lost_ms, lost_heard_ms, lost_used_ms; /* of the last drop: attach.h */
	uint64_t dropped_at;   /* clock_now_ms() */
	uint64_t drop_offset;
	uint64_t idle_after_ms; /* since the drop: then expiry.h looks whether the shell is idle */

	uint64_t upgrade_by;   /* another program is to take over by then (upgrade.h); 0 */

	/* The end. */
	uint64_t kill_at;      /* clock_now_ms() when a shell asked to end is killed; CLOCK_NEVER */
	bool killed;           /* it has been asked to end: no client is waited for */
	uint32_t why_ended;    /* enum leadermsg_why */
	uint32_t keep;         /* enum config_keep_text (keeptext.h) */
	char unique[LEADERMSG_UNIQUE];
	uint64_t kept_at;      /* the ring's head when the text was written last; 0: never */
	uint64_t keep_due;     /* clock_now_ms(): when it is written next; 0: nothing has come since */
	char front_program[NAME_CAP]; /* what ran in front, at the last look … */
	uint64_t front_looked_ms; /* … at clock_date_ms() */
	uint64_t cause_until;  /* clock_now_ms(): so long the leader's answer to ASKED is waited for (cause.h); 0: not asked */
	bool cause_told;       /* the answer is there */
	char cause[LEADERMSG_CAUSE_CAP]; /* what it says, for those who are attached; "": nothing */
	struct {
		bool wanted, programs; /* the leader has asked for them, and with programs (facts.h) */
		/* Of those that were sent last, what makes the next ones be sent; a state of 0: none were. */
		struct facts_sent {
			uint32_t state, id;
			bool silent; /* attached, by connections that are dead */
			uint64_t changed_ms, lost_ms;
			char name[NAME_CAP];
		} sent;
		uint64_t look_at; /* clock_now_ms(): when connections are looked at; 0: nobody is attached */
	} facts;
	bool drained;          /* ENDING: the source has nothing left */
	size_t drain_left;     /* ENDING: bytes that are still taken from a pty that others go on writing to */
	uint64_t linger_until; /* ENDING: a client that has not heard of it is waited for; CLOCK_NEVER: not yet */
	uint64_t let_go_at;    /* ENDING: a command's children in the background are waited for; CLOCK_NEVER: for
	                          ever */
};

#endif
