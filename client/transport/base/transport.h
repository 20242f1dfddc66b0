/* SPDX-License-Identifier: MIT */
/*
 * transport: what carries the bytes between the client and a host: libssh, or a command such as ssh.
 *
 * It belongs to a poll(2) loop and never blocks, so that the notice goes on counting and Ctrl-C is heard while it
 * connects.  Questions (for a password, about a host key) go through struct transport_asking, which may block: only
 * the person can answer.  One transport is one connection; a new connection is a new transport made from the same
 * struct transport_target, which keeps the secrets that were entered (in locked memory, wiped at the end), so that
 * nothing is asked twice.
 */
#ifndef HOLDFAST_TRANSPORT_H
#define HOLDFAST_TRANSPORT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRANSPORT_FDS 32 /* what transport_poll adds at most: connection, child, forwards (more wait their turn) */

/* The program at the other end. */
enum transport_request {
	TRANSPORT_SUBSYSTEM, /* the subsystem named "resume", without a terminal */
	TRANSPORT_EXEC,      /* a command without a terminal: "holdfastctl resume" on a host without the subsystem */
};

enum transport_state {
	TRANSPORT_CONNECTING, /* name, TCP, handshake, authentication, channel */
	TRANSPORT_OPEN,       /* bytes flow */
	TRANSPORT_CLOSED,     /* over: transport_end tells why */
};

enum transport_end {
	TRANSPORT_END_EOF = 1,      /* the other end closed in order: what it said last has been read */
	TRANSPORT_END_LOST,         /* the connection broke, or was never made: worth another try */
	TRANSPORT_END_REFUSED,      /* login failed, the host key has changed, a wrong configuration: another try is no use */
	TRANSPORT_END_NEEDS_SSH,    /* libssh lacks what ssh and the host agree on: see factory.h */
	TRANSPORT_END_TAKES_SSH,    /* whether it does was not seen: ssh this time */
	TRANSPORT_END_NO_SUBSYSTEM, /* logged in, but the host has no such subsystem or command */
};

/* Questions to the person.  Each returns 0, or -ECANCELED (Ctrl-C, end of file), or -ENOTTY: there is no way to ask. */
struct transport_asking {
	void *object;
	/* ECHO: what is typed is shown.  ANSWER is NUL-terminated; the caller wipes it. */
	int (*secret)(void *object, const char *prompt, bool echo, char *answer, size_t cap);
	/* A question with yes, no, or (host keys) the fingerprint itself as its answer. */
	int (*confirm)(void *object, const char *question, char *answer, size_t cap);
	/* A line or more for the person: banners, warnings, "using ssh because …". */
	void (*say)(void *object, const char *text);
};

struct transport_target; /* host, user, options and secrets: target.h */
struct transport;

struct transport_ops {
	const char *name; /* "libssh", "command" */
	/*
	 * Begins to connect: 0 or a negative errno.  COMMAND is for TRANSPORT_EXEC.  With TRANSPORT_SUBSYSTEM it may be
	 * run instead, over the same connection, where the host has no such subsystem: T->what tells.
	 */
	int (*start)(struct transport *t, enum transport_request what, const char *command);
	/* Fills FDS with descriptors to poll, at most TRANSPORT_FDS; lowers *DEADLINE_MS (clock.h; UINT64_MAX: none). */
	unsigned (*poll)(struct transport *t, struct pollfd *fds, uint64_t *deadline_ms);
	/* After poll(2), with the same FDS; also when nothing was ready but a deadline has passed. */
	void (*step)(struct transport *t, const struct pollfd *fds, unsigned count);
	/* Bytes from the other end: their number, 0 for none now; only when OPEN, or CLOSED with bytes left. */
	size_t (*read)(struct transport *t, void *buf, size_t cap);
	/* Bytes to the other end: how many were taken, 0 for none now. */
	size_t (*write)(struct transport *t, const void *buf, size_t len);
	/* Whether a write would take something: else earlier bytes are still on their way. */
	bool (*writable)(const struct transport *t);
	/* Whether this machine no longer has the address that it is connected from.  NULL: it can't tell. */
	bool (*moved)(const struct transport *t);
	/*
	 * Nothing more is wanted of the host: whether all that was written reaches it though free() is called now,
	 * which then says no farewell.  May be NULL: the host's end is to be waited for.
	 */
	bool (*leave)(struct transport *t);
	/* OPEN, and not LOGGED_IN: whether the host may have got what was sent all the same.  NULL: it has not. */
	bool (*reaches)(const struct transport *t);
	void (*free)(struct transport *t);
};

struct transport {
	const struct transport_ops *ops;
	struct transport_target *target;         /* borrowed */
	const struct transport_asking *asking;   /* borrowed */
	enum transport_state state;
	enum transport_end end;                  /* when CLOSED */
	enum transport_request what;             /* at the other end */
	char reason[512];                        /* why it is CLOSED, or what it is doing: one line for the person */
	int exit_status;                         /* of what ran at the other end, -1 unknown; when CLOSED */
	bool stuck;                              /* CONNECTING: it has gone quiet, and another attempt may be better */
	bool reached;                            /* CONNECTING: the host's end of the connection has answered */
	const char *first;                       /* start(): "NAME=value", what is sent first, for the environment of
	                                            what runs at the other end; or NULL */
	bool first_told;                         /* and start() has arranged for that */
	bool logged_in;                          /* the host has let us in: what is sent reaches what was asked for */
	bool early;                              /* OPEN before the host has let us in, which may take as long as it takes:
	                                            who has asked for this connection gives it up */
	bool kept;                               /* when it is freed: its connection may serve once more, if it can */
	uint64_t received;                       /* bytes of the whole connection, as far as that can be told; */
	uint64_t forwarded;                      /* and bytes that were sent for forwards: the host's ssh answers some
	                                            day */
	bool terminal;                           /* a child asks on /dev/tty now: leave the terminal to it */
};

/* For transports: T is over: END, and REASON by printf's FORMAT. */
void transport_close(struct transport *t, enum transport_end end, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Whether the host may have got what was sent.  May take as long as a master of ssh's answers (sshmaster.h). */
bool transport_reaches(const struct transport *t);
/* Takes NULL; closes everything at once, without waiting for the other end. */
void transport_free(struct transport *t);

#endif
