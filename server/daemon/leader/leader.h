/* SPDX-License-Identifier: MIT */
/* leader: one session as its leader knows it (leader_loop.h); shared by leader_*.c. */
#ifndef HOLDFAST_LEADER_H
#define HOLDFAST_LEADER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vouched.h"
#include "leader_keeper_state.h"
#include "leader_pool_state.h"
#include "leader_shell_state.h"
#include "audit.h"
#include "endcause.h"
#include "oomwatch.h"
#include "leadermsg.h"
#include "register.h"
#include "login.h"
#include "sessiondir.h"
#include "ratelimit.h"
#include "utmprec.h"

#define LEADER_CTL_MAX 4 /* at once; one more takes the place of the user's oldest one */
#define LEADER_CTL_POLLED (LEADER_CTL_MAX + 1)

/* The connections of those who ask (leader_ctl.h). */
struct leader_ctl {
	struct {
		int fd; /* -1: free */
		uid_t uid;
		uint64_t age; /* counts up */
	} v[LEADER_CTL_MAX];
	uint64_t clock;
	uint64_t deaf_ms; /* clock_now_ms(): out of descriptors until then; 0: not */
};

#define LEADER_CTL_INIT { .v = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 }, { .fd = -1 } } }

enum leader_state {
	LEADER_WAIT_READY, /* the keeper gets ready */
	LEADER_WAIT_START, /* the login has been told READY and is to confirm */
	LEADER_RUNNING,    /* the shell runs; only its end is of interest */
	LEADER_ENDING,     /* the shell has ended, the keeper delivers its last output */
	LEADER_UNDOING,    /* the login has given up; unless the keeper has started meanwhile, it goes */
	LEADER_STATES
};

struct leader_order;
struct surroundings;

/* Who stands in utmp under the session's terminal. */
struct leader_utmp {
	bool in;
	uint32_t serial;               /* the attachment's; 0: nobody */
	bool pipes;                    /* an entry of its own, else one that was moved */
	struct utmprec_moved moved;
	uint32_t ordered;              /* the attachment that ptsorder_first was called for; 0: none */
};

/* What leader_end.h keeps. */
struct leader_end {
	bool begun, done;
	struct endrecord record;       /* of the session, so far */
	struct endcause cause;
	struct oomwatch oom;
	uint64_t stopped_ms;           /* clock_now_ms(): when systemd stopped the scope; 0: it has not */
	struct ratelimit notes;        /* of records */
};

struct leader {
	int conn, slot, keeper, sigfd; /* owned; -1 when closed */
	struct leader_shell shell;     /* owned */
	struct leader_keeper keepers;
	int memory;                    /* owned: the session's (sessionmem.h), which each keeper gets */
	const struct leader_order *order; /* borrowed */
	pid_t pid;                     /* the keeper's; 0 when its end has been seen */
	uint64_t keeper_start;         /* 0: unknown */
	int status;                    /* its wait status then */
	enum leader_state state;
	uint64_t deadline_ms;          /* of the state, on clock_now_ms; 0: none */
	uint64_t give_up_ms;           /* a keeper that is busy and not ready by then is ended */
	uint32_t stall_ms;
	bool ended;                    /* it said so itself */
	bool killed;
	bool slain;                    /* by root: leader_ctl.h */
	bool first_attached;
	bool refused;                  /* the login (leader_refuse.h) */
	bool quiet;                    /* too many logins of this owner were refused: no line says why this one is */
	bool match_key;                /* MatchKey of the session's policy */
	uint32_t keep_text;            /* enum config_keep_text */
	uint32_t idle_detach_s;        /* IdleDetach of it */
	bool logind_has_tty;           /* logind knows the terminal, and looks whether anybody types there */
	uint64_t created_ms, dropped_ms; /* clock_now_ms(): started; left by the last one who was attached */
	uint64_t created_date_ms;      /* clock_date_ms() */
	char name[NAME_CAP];           /* the session's, as the keeper says */
	struct sessiondir dir;            /* owned; the keeper has the listening sockets too */
	uint64_t renew_ms;             /* clock_now_ms(): when what is missing of it is made anew; 0: nothing is */
	bool unsent;                   /* it was made anew, and the keeper has not got the sockets yet */
	uint32_t logins;               /* counts up when another login is attached */
	struct register_entry *entry;   /* borrowed: ours in the register */
	struct leader_ctl ctl;
	char tty[TTY_CAP];             /* the session's own terminal; "": it has none */
	struct leader_utmp utmp;
	struct ratelimit records;      /* of utmp and wtmp, which keeps every one */
	struct ratelimit moves;        /* within utmp */
	const struct login *login;     /* borrowed: the one that wants the session */
	const struct surroundings *around; /* borrowed: what its shell inherits */
	struct audit audit;
	struct leader_end end;
	struct leader_pool pool;
	struct vouched attachments;
	unsigned char pending[512];    /* an answer that the keeper's socket had no room for */
	size_t pending_len;            /* nothing is read from the keeper meanwhile */
};

#endif
