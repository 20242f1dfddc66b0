/* SPDX-License-Identifier: MIT */
/*
 * run_state: one session from its first connection to its end, as the parts of the loop (run_*.c) see it.  There is one
 * struct run.
 */
#ifndef HOLDFAST_RUN_STATE_H
#define HOLDFAST_RUN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "asking.h"
#include "backoff.h"
#include "fallback.h"
#include "frame_redirect.h"
#include "frame_tty.h"
#include "link.h"
#include "link_pace.h"
#include "link_rtt.h"
#include "link_stream.h"
#include "local_escape.h"
#include "local_holdback.h"
#include "local_sink.h"
#include "netwatch.h"
#include "obscure.h"
#include "options.h"
#include "target.h"
#include "when.h"

/* What is typed is shown before the host has answered: run_predict.h. */
struct run_predict {
	bool may;                /* this session and this terminal are such that it can be */
	struct when when;        /* and this line */
	struct predict *p;       /* NULL: not up to now */
	struct frame_size size;  /* of the session */
	struct frame_tty tty;    /* what the host said last, */
	bool heard;              /* if anything */
	struct recall *log;      /* of what the model misses while the line is fast; NULL: none is kept */
	bool wanted;             /* the log is to begin anew, by a rendering */
	enum frame_watch watching; /* over this connection the host tells so much of what its terminal does */
	uint64_t watched;        /* since then, and its first word is awaited; 0: it is not */
	bool asked;              /* over this connection a rendering was asked for, for the base alone; */
	bool painting;           /* it has come in part; */
	bool stale;              /* the size has changed meanwhile */
	bool lossy;              /* it lacked a part of the screen, and so would the next one */
	bool ready;              /* the base is what the terminal shows of the host's bytes */
	struct frame_taken taken; /* the last word that came while there was no model */
	uint64_t missed;         /* the end of the input that was typed while there was none */
	bool unclean;            /* others than the host have written to the terminal */
};

struct run {
	const struct options *o;
	struct transport_target *target;
	const struct sshconfig *config;
	struct asking *asking;
	void (*on_attached)(void);

	const struct hop *hop;           /* NULL: this is no hop of a pool, see run_hop.h */
	struct hopmsg_report hop_end;    /* how the session was left, if it was; type 0: otherwise */
	uint32_t error_code;             /* of the last ERROR; 0: none has come */

	/* What we ask of the host */
	uint32_t mode, flags;            /* of ATTACH */
	char want[NAME_CAP];
	enum transport_request request;  /* how the host is reached, see link_open.h */
	char seen_as[NAME_CAP];          /* the session's name, or its id, in remembered.h */
	bool terminal;                   /* a terminal at the other end; else pipes */

	struct link_stream stream;
	struct link *link;               /* attached: bytes go over it; NULL: none */
	struct link *fresh;              /* on its way, beside a silent one or alone */

	/* The session is on another node of a pool: run_redirect.h */
	struct {
		bool told;                      /* REDIRECT has come */
		bool relay;                     /* the node of the target relays */
		struct frame_redirect to;
		struct transport_target *first; /* the person's */
		struct transport_target *direct; /* the other node itself; NULL: it is only reached by way of FIRST */
		struct link *parked;            /* to FIRST, while the other one is tried until … */
		uint64_t until;
	} go;

	/* Away */
	struct backoff backoff;
	uint64_t away;                   /* since when, 0: not */
	uint64_t last_try, retry_at;
	uint64_t storm;                  /* attempts that changes of the network started are paid for until then */
	unsigned asked;                  /* questions put when the try began */
	unsigned wrong;                  /* connections that broke the protocol, in a row */
	bool stopped;                    /* not trying any more until told to */
	char reason[TEXT_CAP + 64];

	/* The terminal */
	struct local_sink out, err;
	struct local_holdback held;
	struct local_escape escape;
	bool holding;                    /* unfinished sequences are held back: a terminal writes to a terminal */
	uint64_t notice;                 /* when the notice is drawn next, 0: it is not shown */
	unsigned notice_rows, notice_row; /* the terminal's rows when it was drawn, and where; 0: nowhere */
	bool said;                       /* without a terminal: a line has told of the outage */
	bool askew;                      /* the session has another size than the terminal */
	bool redraw;                     /* the screen is not as the host has drawn it */
	bool redraw_asked;               /* the host has been told so, and has not answered: that may be lost with
	                                    a link */
	struct {
		uint64_t from, last;     /* where in the input it begins; when its last byte came */
		bool open;               /* the terminal's brackets are open */
		size_t refused, fits;    /* bytes; what would have been kept */
	} paste;                         /* what is typed in one go: run_paste.h */
	bool refused_keys;               /* more was typed than is kept */
	bool input_open;                 /* standard input is read */
	bool input_terminal;             /* and is one */
	struct obscure obscure;          /* when keys are sent */
	unsigned interrupts;             /* SIGINT passed on */
	struct link_pace pace;           /* of the output */
	struct link_rtt rtt;
	struct run_predict predict;
	uint64_t ack_at;                 /* an ACK is due then, 0: none */

	struct netwatch watch;
	int signals;                     /* signalfd */
	bool more;                       /* frames have been left for the next turn */

	/* The end: handlers set it (run_end.h), and the loop carries it out (run_finish.h) */
	uint64_t finishing;              /* the last frames are on their way: until then at the latest */
	uint64_t detach_at;              /* DETACH has been sent: leave then, answered or not; 0: not */
	bool out_told;                   /* this connection's host knows that our output can't be written any more */
	uint64_t interrupt_at;           /* a command has been interrupted: then it is ended; 0: not */
	bool closing;                    /* the host has been told that we go for good */
	int by_signal;                   /* this process ends by it, as one that had not caught it; 0: it exits */
	bool done;                       /* the loop ends */
	struct fallback fallback;        /* a plain ssh takes over */
	bool again;                      /* another session begins, and the terminal stays as it is */
	bool offer_new;                  /* the person is asked for a new session */
	int status;
	char last_words[TEXT_CAP + 256]; /* for the person, once the terminal has been put back; "": none */
};

/* A child of the attempt has the terminal: nothing is read from it, drawn on it or set, and the attempt goes on. */
bool run_child_asks(const struct run *r);
/* The link over which the session's bytes go now; NULL: there is none. */
struct link *run_attached_link(const struct run *r);

#endif
