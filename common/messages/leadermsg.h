/* SPDX-License-Identifier: MIT */
/*
 * leadermsg: the messages between the leader (root) and the keeper (user) of one session, over their socketpair
 * (SOCK_SEQPACKET, descriptor LEADERMSG_FD in the keeper; the pty's master is LEADERMSG_MASTER_FD, and the listening sockets of
 * the session's directory are LEADERMSG_SOCK_FD and LEADERMSG_AGENT_FD).
 *
 *   leader                      keeper
 *   INIT            ───▶        makes its ring
 *                   ◀───        READY id, or the end of the connection
 *                   ◀───        TICKET serial kind ticket pts pid   for every claim, the first one included
 *   VOUCHED serial  ───▶        the claim goes on
 *                   ◀───        STARTED                      the first claim was confirmed; the shell is forked next
 *                   ◀───        ATTACHED serial, GONE serial an attachment came, went
 *                   ◀───        REFUSED serial why           the keeper has refused a claim that was vouched for
 *                   ◀───        NAMED name                   the session has this name now
 *   SHELL_ENDED     ───▶        the shell's wait status: the shell is the leader's child (leader_shell.h)
 *                   ◀───        SHELL_FORGET                 this keeper does not need the number of its process group any
 *                                                            more: a shell that has ended need be no zombie
 *                   ◀───        PIPE_CLOSED n                the keeper has closed its end of the command's descriptor N
 *                   ◀───        PEER serial kind, a connection  may this peer talk to the keeper, or to the agent?
 *                                                            (the kernel has not told the keeper who the peer is)
 *   PEER_IS serial  ───▶
 *   IDLE times      ───▶        what follows if nobody types; before each VOUCHED, and after the INIT of a session that runs
 *   SOCKETS id, fds ───▶        the leader has made the removed directory anew: these are the listening sockets now
 *                   ◀───        UPGRADE                      the keeper is about to become another program, is it, or stays
 *   ABORT           ───▶        ends the session, unless it has started
 *   INIT again      ───▶        to a keeper that takes the place of one that has died; READY, and all goes on
 *                   ◀───        ENDED status why             the shell's wait status; then the connection ends
 *                   ◀───        ASKED kind ..., a connection the session is to end, or the shell has ended: why?
 *   KEEP unique what ───▶       after READY: KeepText, and the session's unique id (endrecord.h)
 *   CAUSE text      ───▶        the answer, for those who are attached (endwords.h); "": there is nothing to say
 *   TELL programs   ───▶        after READY, where the host belongs to a pool: what the session is shall be told
 *                   ◀───        FACTS                        at once after TELL, and when one comes, goes, or renames it
 *                   ◀───        WORDS program line           what ran in front, and the last line: for the record of the end
 *
 * The keeper's messages have a fixed length, and the leader trusts none of them: the leader itself looks up the ticket,
 * checks that the claimer belongs to that login, and finds out who a peer is.
 */
#ifndef HOLDFAST_LEADERMSG_H
#define HOLDFAST_LEADERMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "envlist.h"
#include "identity.h"
#include "bounds.h"
#include "ticket.h"
#include "uniqueid.h"

#define LEADERMSG_MASTER_FD 3
#define LEADERMSG_FD 4
#define LEADERMSG_SOCK_FD 5  /* this and all below are not there in a session of a user without root */
#define LEADERMSG_AGENT_FD 6
#define LEADERMSG_MEMORY_FD 7 /* the session's memory (common/run/sessionmem.h) */
#define LEADERMSG_STUB_FD 8  /* to the process that becomes the shell (shellmsg.h); /dev/null for a later keeper */
#define LEADERMSG_PIPES_FD 9 /* and the next two: the ends of a command's stdin, stdout and stderr; else /dev/null */

enum leadermsg_type {
	/* leader to keeper */
	LEADERMSG_INIT = 1,
	LEADERMSG_VOUCHED = 2,
	LEADERMSG_ABORT = 3,
	LEADERMSG_SOCKETS = 4,
	LEADERMSG_PEER_IS = 5,
	LEADERMSG_IDLE = 12,
	LEADERMSG_SHELL_ENDED = 6,
	LEADERMSG_CAUSE = 14,
	LEADERMSG_KEEP = 15,
	LEADERMSG_TELL = 16,
	/* keeper to leader: always LEADERMSG_REPORT_BYTES long */
	LEADERMSG_READY = 65,
	LEADERMSG_TICKET = 66,
	LEADERMSG_STARTED = 67,
	LEADERMSG_ATTACHED = 68,
	LEADERMSG_GONE = 69,
	LEADERMSG_ENDED = 70,
	LEADERMSG_REFUSED = 71,
	LEADERMSG_NAMED = 72,
	LEADERMSG_PEER = 73,
	LEADERMSG_SHELL_FORGET = 74,
	LEADERMSG_PIPE_CLOSED = 75,
	LEADERMSG_LAST = LEADERMSG_PIPE_CLOSED,
	/*
	 * A keeper can be of a newer version than its leader (server/keeper/upgrade.h): a leader passes over reports of
	 * a type from here on that it does not know.  Any other that it does not know is a violation.
	 */
	LEADERMSG_OPTIONAL = 128,
	LEADERMSG_UPGRADE = 128,
	LEADERMSG_ASKED = 129,
	/* keeper to leader: a message of its own */
	LEADERMSG_WORDS = 100,
	LEADERMSG_FACTS = 101,
};

/*
 * Whether a keeper takes the place of one that has died: just now, or so long ago that nobody waits for it any more;
 * BLANK: several have died of what is in the session's memory, perhaps, so that this one begins without that.
 */
enum leadermsg_again { LEADERMSG_FIRST = 0, LEADERMSG_AGAIN = 1, LEADERMSG_AGAIN_LATE = 2, LEADERMSG_AGAIN_BLANK = 3 };

/* Why a session has ended: LEADERMSG_ENDED's kind, for the audit line. */
enum leadermsg_why {
	LEADERMSG_WHY_EXIT = 0,
	LEADERMSG_WHY_KILL = 1,
	LEADERMSG_WHY_DETACHED = 2,
	LEADERMSG_WHY_IDLE = 3,
	LEADERMSG_WHY_NO_SHELL = 4, /* the shell could not be started */
	LEADERMSG_WHY_RELEASED = 5, /* a command's client has left for good, and what it has started runs on */
};

/* LEADERMSG_ASKED's kind. */
enum leadermsg_asked {
	LEADERMSG_ASKED_REQUEST = 1, /* the process at the other end of the connection that comes with it asks for the end */
	LEADERMSG_ASKED_SIGNAL = 2,  /* the process PID of the user PTS has sent the signal NUMBER to the keeper */
	LEADERMSG_ASKED_WHY = 3,     /* the shell has ended with the wait status NUMBER, and nobody had asked for that */
};

/* Why an attachment asks: for the audit line. */
enum leadermsg_kind { LEADERMSG_CREATE = 1, LEADERMSG_RESUME = 2, LEADERMSG_JOIN = 3, LEADERMSG_TAKE = 4 };

/* LEADERMSG_UPGRADE's kind. */
enum leadermsg_upgrade { LEADERMSG_UPGRADE_FAILED = 0, LEADERMSG_UPGRADE_BEGINS = 1, LEADERMSG_UPGRADE_DONE = 2 };

struct leadermsg_init {
	char user[USER_CAP];
	char home[PATH_CAP];
	char shell[PATH_CAP];
	char tty[TTY_CAP];         /* the slave's name; "": a command on pipes, and LEADERMSG_MASTER_FD is /dev/null */
	char address[ADDRESS_CAP]; /* of the login that starts it */
	char who[WHO_CAP];
	struct identity identity;
	struct ticket ticket;      /* of the login that starts it */
	uint64_t ring_bytes;       /* a power of two, at least one page */
	uint32_t stall_ms;
	uint32_t detached_s;       /* these four as in config.h */
	uint32_t idle_shell_s;
	uint32_t elevated_s;
	uint32_t take_over;        /* enum config_take_over */
	char accept_env[CONFIG_ACCEPT_CAP];
	uint32_t scrollback;       /* lines that the model of the terminal keeps */
	uint32_t banner;           /* 0: no line above a screen that is restored */
	/* The session's directory (sessiondir.h); 0 and "": the keeper makes its own. */
	uint32_t session;
	char dir[PATH_CAP];
	char agent_path[PATH_CAP];
	struct envlist env;        /* the PAM environment (pam_getenvlist) and HOME, USER, LOGNAME, SHELL, PATH */
	uint32_t shell_pid;        /* the leader's child that is or becomes the shell; 0: the keeper's child is to */
	uint32_t again;            /* enum leadermsg_again */
	/* Of the keeper before: bytes read and written (proc(5), io); 0 and 0: unknown. */
	uint64_t rchar, wchar;
	uint64_t input_bytes;      /* InputMemory; 0: from a leader of an older version */
	uint32_t size_policy;      /* enum config_size_policy; CONFIG_SIZE_LATEST is left out, for older keepers */
};

struct leadermsg_vouched {
	uint32_t serial;
	uint32_t ok;               /* 0: the claimer does not belong to a live login of this user */
	struct identity identity;
	char address[ADDRESS_CAP];
	char who[WHO_CAP];
	/* The other three parts of its connection's four-tuple; "" and 0: unknown. */
	char local_address[ADDRESS_CAP];
	uint16_t port, local_port;
};

/* With the descriptors of the listening sockets: sock, agent. */
struct leadermsg_sockets {
	uint32_t session;
	char dir[PATH_CAP];
	char agent_path[PATH_CAP];
};

struct leadermsg_peer_is {
	uint32_t serial;
	uint32_t ok;
};

/* In seconds without input; CONFIG_NONE: never. */
struct leadermsg_idle {
	uint32_t detach_s;         /* IdleDetach */
	uint32_t logind_s;         /* then logind ends a session by the atime of its terminal (logindidle.h) */
};

struct leadermsg_shell_ended {
	uint32_t status; /* as waitpid(2) tells it */
};

#define LEADERMSG_CAUSE_CAP 400

struct leadermsg_cause {
	char text[LEADERMSG_CAUSE_CAP];
};

#define LEADERMSG_UNIQUE UNIQUEID_CAP

struct leadermsg_keep {
	char unique[LEADERMSG_UNIQUE];
	uint32_t keep; /* enum config_keep_text */
};

#define LEADERMSG_WORDS_LINE 161
#define LEADERMSG_WORDS_MAX 256

struct leadermsg_words {
	char program[NAME_CAP]; /* "": unknown */
	char line[LEADERMSG_WORDS_LINE];
};

struct leadermsg_tell {
	bool programs; /* with the name of the program in front */
};

#define LEADERMSG_FACTS_MAX 256

/* As in struct attach_status; the leader sends it on to other nodes of the pool, as its user's word (poolmsg.h). */
struct leadermsg_facts {
	uint32_t state;         /* ATTACH_STATE_ATTACHED or ATTACH_STATE_DROPPED */
	uint32_t kind;
	bool apart;             /* no login resumes it by itself */
	uint32_t rows, cols;
	uint64_t created_ms, changed_ms, activity_ms, lost_ms, lost_heard_ms, lost_used_ms; /* as struct pool_entry's */
	char name[NAME_CAP];    /* a good name, or "" */
	char term[TERM_CAP];
	char program[NAME_CAP]; /* "": not asked for */
};

#define LEADERMSG_REPORT_BYTES 72

struct leadermsg_report {
	uint32_t type;         /* LEADERMSG_READY … LEADERMSG_LAST */
	uint32_t number;       /* READY: session id; TICKET, ATTACHED, GONE, REFUSED, PEER: serial; ENDED: wait status;
	                          PIPE_CLOSED: 0 to 2 */
	uint32_t kind;         /* TICKET: enum leadermsg_kind; ATTACHED: 1 without a terminal;
	                          GONE: enum attach_reason, or 0: its process has gone (until 0.1: or its terminal);
	                          REFUSED: enum attach_refusal; ENDED: enum leadermsg_why; PEER: 1 at the agent's socket;
	                          UPGRADE: enum leadermsg_upgrade */
	struct ticket ticket;  /* TICKET */
	uint32_t pts;          /* TICKET: the claimer's terminal is /dev/pts/(PTS - 1); 0: it has none, or another */
	uint32_t pid;          /* TICKET: the claimer's process */
	char name[NAME_CAP];   /* NAMED: a good name (attach.h), or ""; TICKET: a word of attach_chose_word(), or "" */
};

/* Copies the part of the policy P that is for the keeper. */
void leadermsg_set_policy(struct leadermsg_init *m, const struct config_policy *p);
/* The number of bytes written, or -EMSGSIZE. */
int leadermsg_encode_init(const struct leadermsg_init *m, unsigned char *out, size_t cap);
/* 0, -EBADMSG, -E2BIG or -ENOMEM; skips what later versions append.  On success the caller frees m->env. */
int leadermsg_decode_init(struct leadermsg_init *m, const void *buf, size_t len);
int leadermsg_encode_vouched(const struct leadermsg_vouched *m, unsigned char *out, size_t cap);
int leadermsg_decode_vouched(struct leadermsg_vouched *m, const void *buf, size_t len);
int leadermsg_encode_sockets(const struct leadermsg_sockets *m, unsigned char *out, size_t cap);
int leadermsg_decode_sockets(struct leadermsg_sockets *m, const void *buf, size_t len);
int leadermsg_encode_peer_is(const struct leadermsg_peer_is *m, unsigned char *out, size_t cap);
int leadermsg_decode_peer_is(struct leadermsg_peer_is *m, const void *buf, size_t len);
int leadermsg_encode_idle(const struct leadermsg_idle *m, unsigned char *out, size_t cap);
int leadermsg_decode_idle(struct leadermsg_idle *m, const void *buf, size_t len);
int leadermsg_encode_shell_ended(const struct leadermsg_shell_ended *m, unsigned char *out, size_t cap);
int leadermsg_decode_shell_ended(struct leadermsg_shell_ended *m, const void *buf, size_t len);
int leadermsg_encode_cause(const struct leadermsg_cause *m, unsigned char *out, size_t cap);
int leadermsg_decode_cause(struct leadermsg_cause *m, const void *buf, size_t len);
int leadermsg_encode_keep(const struct leadermsg_keep *m, unsigned char *out, size_t cap);
/* -EBADMSG also for an id that is none, for it names a file. */
int leadermsg_decode_keep(struct leadermsg_keep *m, const void *buf, size_t len);
/* Control characters are taken out of both texts. */
int leadermsg_encode_words(const struct leadermsg_words *m, unsigned char *out, size_t cap);
int leadermsg_decode_words(struct leadermsg_words *m, const void *buf, size_t len);
int leadermsg_encode_tell(const struct leadermsg_tell *m, unsigned char *out, size_t cap);
int leadermsg_decode_tell(struct leadermsg_tell *m, const void *buf, size_t len);
int leadermsg_encode_facts(const struct leadermsg_facts *m, unsigned char *out, size_t cap);
/* -EBADMSG also for another state or a bad name. */
int leadermsg_decode_facts(struct leadermsg_facts *m, const void *buf, size_t len);
/* The type byte of a message from the leader, or -EBADMSG. */
int leadermsg_type_of(const void *buf, size_t len);
void leadermsg_encode_report(const struct leadermsg_report *m, unsigned char out[LEADERMSG_REPORT_BYTES]);
/* 0, or -EBADMSG for a wrong length, an unknown type below LEADERMSG_OPTIONAL, or a bad name. */
int leadermsg_decode_report(struct leadermsg_report *m, const void *buf, size_t len);

#endif
