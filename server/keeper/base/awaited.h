/* SPDX-License-Identifier: MIT */
/*
 * awaited: attachments that a keeper had which has died, and that come back to the new one: by ATTACH_MODE_AGAIN with
 * their token (server/keeper/again.h), or, framed, as a stream that goes on over another connection.
 *
 * A keeper writes down its attachments in the session's memory (vital.h) at the end of each turn, and the next keeper
 * reads them.  For AWAITED_MS they count as if they were attached: no login takes the session by itself,
 * it is not dropped, and its size stays.  Another attachment or `holdfastctl detach` can put them out meanwhile; then
 * each is told when it comes.
 */
#ifndef HOLDFAST_AWAITED_H
#define HOLDFAST_AWAITED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "attach.h"
#include "fit.h"
#include "frame_types.h"
#include "state.h"
#include "tcpinfo.h"

#define AWAITED_MS 3000 /* after the new keeper's start */

enum awaited_stage {
	AWAITED_GRANTED = 1,  /* its claim was granted, and perhaps confirmed: the claim is to be confirmed (again) */
	AWAITED_ATTACHED = 2,
};

/* One of them.  It lies in memory that programs of several versions read: it grows at its end alone (vital.h). */
struct awaited {
	unsigned char token[ATTACH_TOKEN]; /* all zero: comes back as a stream alone */
	uint32_t stage;         /* enum awaited_stage */
	uint32_t serial;        /* as the leader knows it (leadermsg.h) */
	uint32_t mode, flags;   /* of its claim (attach.h) */
	uint32_t put_out;       /* enum attach_reason: what it is told when it comes; 0 */
	uint32_t more_groups;   /* than the session has */
	uint64_t active;        /* struct peer's: which one answers, and has the keys of `holdfastctl env` */
	uint64_t device, inode; /* stat(2) of its terminal, or its pipe for input: it comes back with the same one */
	unsigned char stream[FRAME_KEY]; /* ATTACH_FLAG_FRAMED */
	struct tcp_tuple tuple; /* of its login's connection (probe.h) */
	char address[ADDRESS_CAP];
	struct winsize size;
	uint32_t raw;           /* SAVED is there */
	struct termios saved;   /* its terminal's settings before it was attached */
	uint32_t place;         /* in struct awaited_list, shown; from 1 on; 0: none */
	uint32_t unused;
};

/* In the session's memory: of each of the PEERS_MAX places two, so that one store makes a new list count. */
struct peer;

struct awaited_list {
	uint32_t counts;        /* 0: none was written; else the list of the places v[][counts & 1] */
	uint32_t count[2];
	uint32_t size;          /* of the writer's struct awaited */
	/* By their places: the next byte of the ring for a terminal that has got all before it, plus 1; 0: it has not. */
	uint64_t shown[PEERS_MAX];
	struct awaited v[PEERS_MAX][2];
};

/* Those that a keeper waits for (struct keeper, awaiting); NULL: none. */
struct awaiting {
	uint64_t until;         /* clock_now_ms() */
	unsigned count;
	struct awaited v[PEERS_MAX];
};

/* Writes them into the session's memory, if they have changed. */
void awaited_save(struct keeper *k);
/* K takes the place of a keeper that has died: awaits those that are in the session's memory. */
void awaited_restore(struct keeper *k);
/* Writes the attachments of K, and those that it awaits itself, to OUT: how many, at most MAX. */
unsigned awaited_note(const struct keeper *k, struct awaited *out, unsigned max);
/*
 * K begins, and awaits the COUNT attachments in V from now on; one that is malformed, or whose token another one has,
 * is left out.  Without memory it awaits none.
 */
void awaited_take(struct keeper *k, const struct awaited *v, unsigned count);
/* The one with TOKEN, or NULL. */
struct awaited *awaited_find(const struct keeper *k, const unsigned char token[ATTACH_TOKEN]);
/* The attached one with that stream, or NULL. */
struct awaited *awaited_stream(const struct keeper *k, const unsigned char stream[FRAME_KEY]);
/* It has come, or does not any more: A (which may be NULL) is no pointer to it after this. */
void awaited_forget(struct keeper *k, struct awaited *a);
/*
 * PEER, which is being attached, gets a place, or has the one that it had at the keeper before: where the number for it
 * is; NULL: there is no memory.
 */
uint64_t *awaited_place(struct peer *peer);
/* Whether it is known what the terminal of A has got, and the ring has what follows: that begins at *OFFSET. */
bool awaited_shown(struct keeper *k, const struct awaited *a, uint64_t *offset);
/* How many of them count as attached. */
unsigned awaited_count(const struct keeper *k);
/* How many attachments the session has: those that are there, and those that count as such. */
unsigned awaited_held(const struct keeper *k);
/* Those that count as attached are put out for WHY: they count no more, and the leader is told that they have gone. */
void awaited_put_out(struct keeper *k, enum attach_reason why);
/* Adds the sizes of those that count as attached and may type to F. */
void awaited_fit_size(const struct keeper *k, struct fit *f);
void awaited_watch(const struct keeper *k, struct loop *l);
/* Once a turn: whether their time is over.  Then none is awaited any more, and the leader is told that they have gone. */
bool awaited_turn(struct keeper *k);
/* Nobody comes any more, for the keeper before this one died long ago: awaited_turn() says so. */
void awaited_give_up(struct keeper *k);
/* None is awaited any more; nobody is told. */
void awaited_free(struct keeper *k);
/* The keeper ends. */
void awaited_close(struct keeper *k);

#endif
