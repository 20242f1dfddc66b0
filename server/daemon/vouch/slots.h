/* SPDX-License-Identifier: MIT */
/*
 * slots: the helpers in their handshake, and the queue of connections that wait for a helper.
 *
 * Both are counted by owner (owners.h).  An owner with n helpers gets another one only while more than n slots are
 * free, so that few owners cannot take all.  The owner with the fewest helpers is served next, and among equals the
 * oldest connection.  If the queue is full, the newest connection of the owner with the most goes.  The algorithm does
 * not need to know which users are hostile.
 *
 * A slot is the read end of a pipe whose write end the helper holds (refusal.h has the bytes in it); it is free again
 * at the end of file, which comes when the helper exits or, having become the leader of a started session, closes its
 * end.
 */
#ifndef HOLDFAST_SLOTS_H
#define HOLDFAST_SLOTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SLOTS_MAX 512
#define SLOTS_PER_OWNER 64     /* helpers: many windows return at the same moment */
#define SLOTS_WAITING_MAX 2048
#define SLOTS_WAITING_PER_OWNER 512
#define SLOTS_WAIT_MS 10000    /* a connection that has waited this long is refused */
#define SLOTS_OWNERS (SLOTS_MAX + SLOTS_WAITING_MAX)

struct slots_owner {
	uint64_t owner;
	unsigned serving, waiting; /* both 0: a free row */
};

struct slots_connection {
	int fd;         /* the connection */
	uid_t uid;
	unsigned owner; /* row */
	uint64_t since_ms;
};

struct slots_helper {
	pid_t pid;
	uid_t uid;      /* of the caller */
	unsigned place; /* below SLOTS_MAX, no other helper's */
	bool quiet;     /* it logs no refusal */
};

struct slots {
	size_t owner_rows; /* rows from here on have never been used */
	struct slots_owner owners[SLOTS_OWNERS];
	size_t count;
	struct {
		int fd; /* owned */
		unsigned owner;
		struct slots_helper helper;
		bool refused, late, done, ended; /* ENDED: HELPER's process has, with STATUS */
		int status;
	} v[SLOTS_MAX];
	bool taken[SLOTS_MAX]; /* the places of helpers */
	size_t waiting_count;
	struct slots_connection waiting[SLOTS_WAITING_MAX]; /* the oldest first */
};

/* The end of a helper, or the news that it is late. */
struct slots_freed {
	uint64_t owner;
	struct slots_helper helper;
	bool over;            /* it has ended, or does not count any more; else it is LATE now, and its slot is taken */
	bool refused, late, done; /* what it has said (refusal.h) */
	bool ended;           /* STATUS, of wait(2), is known */
	int status;
};

/* Queues the connection FD of a process of UID, and takes it over: false, with FD left alone, if OWNER has too many or
 * the queue is full. */
bool slots_wait(struct slots *s, int fd, uid_t uid, uint64_t owner, uint64_t now_ms);
/* The queue is full: removes the newest connection of the owner with the most, into *c; false if OWNER itself has the
 * most.  Call slots_drop next. */
bool slots_make_room(struct slots *s, uint64_t owner, struct slots_connection *c);
/* Whether a waiting connection may be served now. */
bool slots_ready(const struct slots *s);
/* Removes the connection to serve next from the queue, into *c, which owns it then; false: none.  Call slots_serve or
 * slots_drop next, before any other of these functions. */
bool slots_next(struct slots *s, struct slots_connection *c);
/* A place for another helper; there is one after slots_next. */
unsigned slots_place(const struct slots *s);
/* HELPER serves the connection of slots_next; takes over FD, the read end of its pipe, which does not block. */
void slots_serve(struct slots *s, const struct slots_connection *c, int fd, const struct slots_helper *helper);
/* The process PID has ended with STATUS: whether it is a helper in its handshake. */
bool slots_ended(struct slots *s, pid_t pid, int status);
/* No helper serves the connection. */
void slots_drop(struct slots *s, const struct slots_connection *c);
/* Removes the oldest connection, into *c, if it has waited for SLOTS_WAIT_MS at NOW_MS.  Call slots_drop next. */
bool slots_expired(struct slots *s, uint64_t now_ms, struct slots_connection *c);
/* The time at which the oldest one will have waited that long, or UINT64_MAX. */
uint64_t slots_deadline(const struct slots *s);
/* Writes count entries for ppoll to P (room for SLOTS_MAX), in the order that slots_reap takes. */
size_t slots_poll(const struct slots *s, struct pollfd *p);
/*
 * Frees the slots with events in P, filled by slots_poll and ppoll, or finds that they are late.  Their number, and
 * details in FREED.
 */
size_t slots_reap(struct slots *s, const struct pollfd *p, size_t count, struct slots_freed freed[SLOTS_MAX]);
/* The owner of a connection. */
uint64_t slots_owner_of(const struct slots *s, const struct slots_connection *c);

#endif
