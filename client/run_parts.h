/* SPDX-License-Identifier: MIT */
/* run_parts: what run.c and its parts share.  For nobody else. */
#ifndef HOLDFAST_RUN_PARTS_H
#define HOLDFAST_RUN_PARTS_H

#include "backoff.h"
#include "clock.h"
#include "link.h"
#include "link_pace.h"
#include "link_stream.h"
#include "local.h"
#include "local_escape.h"
#include "local_sink.h"
#include "local_tail.h"
#include "netwatch.h"
#include "run.h"
#include "target.h"

struct run {
	const struct options *o;
	struct transport_target *target;
	const struct sshconfig *config;
	struct asking *asking;
	void (*on_attached)(void);

	/* What is wanted of the host */
	uint32_t mode, flags;            /* of ATTACH */
	char want[NAME_CAP];
	enum transport_request request;  /* how the host is reached: the subsystem, or run_own_command */
	bool terminal;                   /* a terminal at the other end; else pipes */

	struct link_stream stream;
	struct link *link;               /* attached: bytes go over it; NULL: none */
	struct link *fresh;              /* on its way, beside a silent one or alone */

	/* Away */
	struct backoff backoff;
	uint64_t away;                   /* since when, 0: not */
	uint64_t last_try, retry_at;
	uint64_t storm;                  /* how far attempts that changes of the network started reach into the time to come */
	unsigned asked;                  /* questions put when the try began */
	unsigned wrong;                  /* connections that broke the protocol, in a row */
	bool stopped;                    /* not trying any more until told to */
	char reason[TEXT_CAP + 64];

	/* The terminal */
	struct local_sink out, err;
	struct local_tail tail;
	struct local_escape escape;
	bool holding;                    /* the tail is held back: a terminal writes to a terminal */
	uint64_t notice;                 /* when the notice is drawn next, 0: it is not shown */
	unsigned notice_rows;            /* where it was drawn, 0: nowhere */
	bool said;                       /* the outage was said in a line, without a terminal */
	bool redraw;                     /* the screen is not as the host has drawn it */
	bool refused_keys;               /* more was typed than is kept */
	bool input_open;                 /* standard input is read */
	bool input_terminal;             /* and is one */
	unsigned interrupts;             /* SIGINT passed on */
	struct link_pace pace;           /* of the output */
	uint64_t ack_at;                 /* an ACK is due then, 0: none */

	struct netwatch watch;
	int signals;                     /* signalfd */
	bool more;                       /* frames have been left for the next turn */

	uint64_t finishing;              /* the last frames are on their way: until then at the latest */
	uint64_t detach_at;              /* DETACH has been sent: leave then, answered or not; 0: not */
	bool out_gone;                   /* nobody reads our output any more */
	bool done, plain, again;
	int status;
};

/* run_away.c: making, losing and replacing connections. */
void run_connect(struct run *r, uint64_t now);
/* REASON: NULL leaves what is known. */
void run_away_begin(struct run *r, uint64_t since, const char *reason);
/* What link and fresh have become. */
void run_links(struct run *r, uint64_t now);
void run_retry_now(struct run *r, uint64_t now);
/* A child of the attempt has the terminal: nothing is read from it, drawn on it or set, and the attempt goes on. */
bool run_child_asks(const struct run *r);
void run_network_changed(struct run *r, uint64_t now);
uint64_t run_away_due(const struct run *r);
/* FRESH has ATTACHED: it is the link now. */
void run_promote(struct run *r);

/* run_frames.c: what the host says. */
void run_read(struct run *r, struct link *l);
void run_ack(struct run *r, uint64_t now, bool idle);
void run_pump(struct run *r);
/* Has the host draw the screen anew, if it is no longer as the host has drawn it. */
void run_repair(struct run *r);

/* run_input.c: what the person does. */
void run_stdin(struct run *r);
bool run_stdin_wanted(const struct run *r);
void run_signal(struct run *r, int sig);
void run_escape_help(struct run *r);

/* run_notice.c: the line at the bottom, and lines for the person. */
void run_notice_tick(struct run *r, uint64_t now);
uint64_t run_notice_due(const struct run *r);
void run_notice_gone(struct run *r);
/* A line of its own for the person, between the bytes of the session. */
void run_say(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Output of the session to the person, with the end of run_read at the latest. */
void run_write(struct run *r, unsigned channel, const unsigned char *data, size_t len);
void run_tail_release(struct run *r);

/* run_end.c: how it ends. */
/* Ends with STATUS; FORMAT, if not NULL, is said after the terminal has been put back. */
void run_end(struct run *r, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Leaves a session that goes on: WHY is the begin of the sentence, and how to come back is said after it. */
void run_leave(struct run *r, int status, const char *why);
/* ERROR and DETACHED of the host. */
void run_error(struct run *r, struct link *l, const struct frame_text *t);
void run_detached(struct run *r, const struct frame_text *t);
void run_exit(struct run *r, uint64_t now);

#endif
