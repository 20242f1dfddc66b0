/* SPDX-License-Identifier: MIT */
/*
 * peers: the connections to a session's socket (common/messages/attach.h).  A peer asks (requests.h), or it claims
 * the session (claim.h) and is attached (attachments.h).
 *
 * A peer's phases: CHECKING, if only the leader can look at its process; OPEN; after CLAIM: VOUCHING, then CLAIMED;
 * after CONFIRM: ATTACHED.  From each of them it goes to GONE, which is a mark: no function counts the peer any more,
 * and it keeps all it has until departures_sweep().  So any code may mark any peer at any time.
 */
#ifndef HOLDFAST_PEERS_H
#define HOLDFAST_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "attach.h"
#include "fit.h"
#include "termcan.h"
#include "termreports.h"
#include "themereports.h"
#include "state.h"
#include "tcpprobe.h"
#include "terminal.h"

struct framed;
struct script;

enum peer_phase { PEER_OPEN, PEER_VOUCHING, PEER_CLAIMED, PEER_ATTACHED, PEER_CHECKING, PEER_GONE };

/* Why an attachment is shown the screen. */
enum redraw_why {
	REDRAW_RESUMED, /* it comes to a session that is there */
	REDRAW_AGAIN,   /* it was set aside, and moves again; a framed one has a gap */
	REDRAW_BACK,    /* it comes back from a keeper that has died */
	REDRAW_SCREEN,  /* a framed one has asked for the visible screen */
	REDRAW_ALL,     /* … for all of it */
};

/* What the client of an attachment says of a connection that only its own host can see (LINE_IS of docs/PROTOCOL.md). */
struct far {
	bool known;        /* it can be asked: only then does the rest count */
	bool open;         /* it has been, and has not answered */
	uint32_t found;    /* enum attach_verdict_is, of its last answer; 0: none yet, or something has come since */
	uint64_t heard_at; /* clock_now_ms(): the last input, or sign of life that it knows of */
	uint64_t found_at; /* clock_now_ms() */
	uint64_t until;    /* clock_now_ms(): it is waited for */
};

/* The connection behind one attachment (probe.h). */
struct probe {
	struct tcpprobe tcp;
	bool asked; /* its peer waits for the verdict (of whichever attachments) */
	struct far far;
};

/* What its terminal says of its colours (attach/theme.h). */
struct theme {
	bool asked;              /* the terminal has been … */
	bool looks;              /* … and its input is looked at for the answers */
	bool listens;            /* for those to programs alone: it has not been asked */
	unsigned due;            /* 1 << N: the answer about colour N that is still the keeper's */
	uint64_t since;          /* clock_now_ms(): when it was asked, or came back */
	uint64_t from;           /* … and how far the output was then */
	uint64_t answered[THEME_COLOURS]; /* queries for them in the output before this have been answered */
	struct themereports reports;
};

/*
 * The two kinds of attachment: a terminal or a pair of pipes that gets plain bytes (plain.h), and pipes that carry
 * frames (framed.h).  All but begin() and free() are for attached peers.
 */
struct attachment_ops {
	bool keeps_scrollback; /* its client keeps the output before a gap: a redraw pushes the screen up first */

	/* The claim is confirmed.  0 or a negative errno (-EBUSY: too many). */
	int (*begin)(struct peer *peer);
	/*
	 * It is attached: shows it the session.  IS_NEW: the shell has just been started.  QUIET: no line above the
	 * screen.
	 */
	void (*greet)(struct peer *peer, bool is_new, bool quiet);
	void (*free)(struct peer *peer);

	void (*watch)(struct peer *peer, struct loop *l);
	/* Writes new output, as much as it takes. */
	void (*push)(struct peer *peer);
	/* It is pushed only what has been gathered: few large frames. */
	bool gathers;
	/* Whether it is about LAG bytes behind (less is enough), or with LAG 0 has anything left to be written. */
	bool (*behind)(const struct peer *peer, uint64_t lag);
	/* Once a turn: does what is due, and sets it aside if it has stalled. */
	void (*turn)(struct peer *peer, uint64_t now);

	/*
	 * LEN bytes of its input, counted when they came, go to the program: TERMREPORTS_HELD + THEMEREPORTS_HELD at
	 * most.
	 */
	void (*type)(struct peer *peer, const unsigned char *p, size_t len);
	/* The program takes input again: writes the input that waits. */
	void (*feed)(struct peer *peer);
	/* The program has taken input: there may be room for input that was held back. */
	void (*room)(struct peer *peer);

	/* Output up to there it has got for certain; it may have got. */
	uint64_t (*seen)(const struct peer *peer);
	uint64_t (*written)(const struct peer *peer);

	/* A rendering of the session as it is now has been asked for; it is there, taken over (NULL: there is none). */
	void (*expect)(struct peer *peer);
	void (*rendered)(struct peer *peer, unsigned char *bytes, size_t len, bool lossy);

	/* Makes the other side answer, if it is there; whether anything was sent. */
	bool (*ping)(struct peer *peer);
	/* Asks a client that knows (probe_far_knows): whether anything was sent.  NULL: none does. */
	bool (*ask_far)(struct peer *peer);
	/*
	 * Output was for another size until now, and the session has that of its terminal again: shows the screen.
	 * Whether that is done; false: it does not move now.
	 */
	bool (*fits_again)(struct peer *peer);
	/* It is detached: says so to its other end, or leaves its terminal clean, as well as that goes now. */
	void (*detach)(struct peer *peer, enum attach_reason why, const char *target);
	/* The session has ended and all output was written: tells its other end. */
	void (*say_ended)(struct peer *peer);
	/* Whether nothing more is to be waited for from its other end. */
	bool (*has_heard)(const struct peer *peer);
};

/* What a keeper needs of it that becomes another program is in handover/handover_peer.c, too. */
struct peer {
	struct keeper *keeper;
	int fd;
	enum peer_phase phase;
	bool left;               /* its terminal was left clean, at the end of the session */
	bool was_attached;     /* GONE: it was ATTACHED before */
	uint32_t put_out;      /* enum attach_reason, when it was detached, or its terminal is gone; 0: its process has gone */
	uint64_t age;          /* counts up: the smallest is the oldest */
	uint64_t deadline;     /* of its claim; CLOCK_NEVER */
	uint64_t vouch_by;     /* VOUCHING: then the leader is not waited for any longer */
	uint32_t serial;       /* of its claim, or CHECKING of itself, for the leader */
	struct attach_claim claim; /* its env is freed with the confirmation */
	unsigned char token[ATTACH_TOKEN]; /* by which it comes back (awaited.h); all zero: it does not */
	uint64_t device, inode; /* of T.IN (stat(2)) */
	uint32_t place;        /* awaited_place(); 0: none */
	bool shown_known;      /* it comes back, and T.OFFSET is where its terminal stands */
	char address[ADDRESS_CAP]; /* of its login, vouched; else "" */
	struct envlist connection; /* the output of `holdfastctl env` while it is the live one */
	bool upgrading;        /* it has asked for another program (upgrade.h), and waits for the answer */
	bool more_groups;      /* than the session has */
	char *agent_path;      /* its login's SSH_AUTH_SOCK, or NULL */
	struct probe probe;    /* of the connection behind it */

	const struct attachment_ops *ops; /* from the confirmation on; NULL before */
	struct terminal t;     /* its descriptors are there from CLAIMED on, else -1 */
	struct framed *framed; /* for framed/ alone; NULL in an attachment of plain bytes */
	struct script *script; /* for script/ alone; NULL: it has asked for nothing there */
	uint64_t active;       /* counts up with every input: the largest is the live one, and has the size (fit.h) */
	uint64_t since_ms;     /* attached since, clock_date_ms(); 0: since before this keeper */
	uint64_t typed_at;     /* clock_now_ms() of the last input, or of its attachment; 0: not seen yet (idle.h) … */
	uint64_t typed_count;  /* … and ACTIVE as it was then */
	struct termreports reports; /* in its input, while another one answers (oneanswer.h) */
	uint64_t kept_ms;      /* when the latest of those that are kept came … */
	uint32_t kept_epoch;   /* … and k->front.epoch then */
	struct theme theme;
	uint64_t place_told;   /* queries for the cursor's place in the output before this it has answered */

	uint32_t wish;         /* the rendering that it waits for (picture_request), or 0 */
	bool held;             /* it is shown the screen when tmux has left its control mode (controlmode.h) … */
	bool asked;            /* … which has been asked for */
	unsigned tries;        /* how often that has been asked for */
	enum redraw_why why;
	struct termcan target; /* what its terminal takes */
	bool askew;            /* the session has had another size than its terminal since the screen was shown last */
	bool eight_bit;        /* its login names a character set that is not UTF-8 */
	bool quiet;            /* no line above its screen */
	char told[128];        /* what is to be said above it all the same; "": nothing */
	uint64_t shown;        /* REDRAW_AGAIN: output up to here it has got */
};

/* Sends a message without waiting; a peer that does not take it is marked. */
void peer_send(struct peer *peer, const unsigned char *msg, int len);
void peer_refuse(struct peer *peer, uint8_t type, enum attach_refusal code, const char *text);
/* It goes: from now on nothing counts it.  Takes one that goes already. */
void peer_mark_gone(struct peer *peer);

/* All that are attached, one after the other: for (i = 0; (peer = peers_next_attached(k, &i)); ) */
struct peer *peers_next_attached(const struct keeper *k, unsigned *i);
unsigned peers_attached(const struct keeper *k);
/* Whether PEER, which is attached, accepts output and may type. */
bool peer_listens(const struct peer *peer);
/* Whether there is one that does. */
bool peers_listen(const struct keeper *k);
/* The attached one that was active last, or NULL. */
struct peer *peers_live(const struct keeper *k);
/* Of those that listen the one that was active last, or NULL. */
struct peer *peers_leading(const struct keeper *k);
/* Adds the sizes of all that are attached and may type to F. */
void peers_fit_size(const struct keeper *k, struct fit *f);

#endif
