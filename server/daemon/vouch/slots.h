/* SPDX-License-Identifier: MIT */
/*
 * slots: who is served, and who waits for it: the helpers in their handshake, and the connections in front of them.
 *
 * Both are counted by owner (owners.h).  An owner who has n helpers gets another one only while more than n could be
 * started, so that what is free is not all taken by few; of those that wait, the owner with the fewest helpers is
 * served next, and among equals the connection that came first.  When no more can wait, the newest connection of the
 * owner who has the most goes.  Nothing has to be known about who is hostile.
 *
 * A slot is the read end of a pipe whose write end the helper holds; it is free again at the end of file, which
 * comes when the helper exits or, having become the leader of a started session, closes its end.
 */
#ifndef HOLDFAST_SLOTS_H
#define HOLDFAST_SLOTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SLOTS_MAX 512
#define SLOTS_PER_OWNER 64     /* helpers: many windows come back at the same moment */
#define SLOTS_WAITING_MAX 2048
#define SLOTS_WAITING_PER_OWNER 512
#define SLOTS_WAIT_MS 10000    /* a connection that has waited so long is refused */
#define SLOTS_OWNERS (SLOTS_MAX + SLOTS_WAITING_MAX)

struct slots_owner {
	uint64_t owner;
	unsigned serving, waiting; /* both 0: the row is free */
};

struct slots_connection {
	int fd;         /* the connection */
	uid_t uid;
	unsigned owner; /* row */
	uint64_t since_ms;
};

struct slots {
	size_t owner_rows; /* rows from here on were never used */
	struct slots_owner owners[SLOTS_OWNERS];
	size_t count;
	struct {
		int fd; /* owned */
		unsigned owner;
		bool quiet; /* its helper was told to log no refusal */
	} v[SLOTS_MAX];
	size_t waiting_count;
	struct slots_connection waiting[SLOTS_WAITING_MAX]; /* the oldest first */
};

/* What has become of a helper. */
struct slots_freed {
	uint64_t owner;
	bool quiet, refused; /* refused: it has written a byte into its pipe before it closed it */
};

/* Puts the connection FD of a process of UID behind the others, and takes it over: false, with FD left alone, when
 * OWNER has too many or all together have. */
bool slots_wait(struct slots *s, int fd, uid_t uid, uint64_t owner, uint64_t now_ms);
/* All together have too many: takes the newest connection of the owner who has the most out, into *c; false when OWNER
 * himself is not behind the others.  slots_drop comes next. */
bool slots_make_room(struct slots *s, uint64_t owner, struct slots_connection *c);
/* Whether one of those that wait may be served now. */
bool slots_ready(const struct slots *s);
/* Takes the connection that is to be served next out of those that wait, into *c, who owns it then; false: none may
 * be.  slots_serve or slots_drop comes next, before any other of these functions. */
bool slots_next(struct slots *s, struct slots_connection *c);
/* A helper serves what slots_next gave; takes over FD, the read end of its pipe. */
void slots_serve(struct slots *s, const struct slots_connection *c, int fd, bool quiet);
/* Nobody serves it. */
void slots_drop(struct slots *s, const struct slots_connection *c);
/* Takes the oldest connection out, into *c, when it has waited for SLOTS_WAIT_MS at NOW_MS.  slots_drop comes next. */
bool slots_expired(struct slots *s, uint64_t now_ms, struct slots_connection *c);
/* When the oldest one will have, or UINT64_MAX. */
uint64_t slots_deadline(const struct slots *s);
/* Writes count entries for ppoll to P (room for SLOTS_MAX), in the order that slots_reap takes. */
size_t slots_poll(const struct slots *s, struct pollfd *p);
/* Frees the slots whose entries in P, filled by slots_poll and ppoll, say so: how many, and what of in FREED. */
size_t slots_reap(struct slots *s, const struct pollfd *p, size_t count, struct slots_freed freed[SLOTS_MAX]);
/* The owner of a connection. */
uint64_t slots_owner_of(const struct slots *s, const struct slots_connection *c);

#endif
