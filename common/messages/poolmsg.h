/* SPDX-License-Identifier: MIT */
/*
 * poolmsg: the messages with holdfast-pool, which tells other login nodes of this node's sessions, and knows theirs.
 * One message a packet: a type byte, then the fields of that type.  Newer versions append fields; a reader skips what
 * it does not know.
 *
 * PATH_POOL_TOLD (SOCK_DGRAM), from root alone, who never waits and is never answered:
 *   TELL entry      a session is there, or has changed
 *   GONE            a session has ended
 *   NODE            what holds for the whole node: drained or not
 *
 * holdfast-pool, when it has started, and every POOL_HELD_S seconds, sends VOUCH_OP_HELD (vouch.h) to holdfastd: all of
 * this node's sessions are told again, and NODE.  What has not been told for three times as long has ended.
 *
 * PATH_POOL_ASK (SOCK_SEQPACKET), to which root connects, and holdfast-pool's own user; one question a connection:
 *   ASK USER        ─▶ ENTRY*, HEALTH   that user's sessions on all nodes, this one's too, at most POOL_ENTRIES_MAX
 *   ASK MEMBERS     ─▶ MEMBER*, HEALTH  the nodes
 * The answers come at once from memory.  The asker may have handed the connection on with its writing side shut down:
 * then holdfast-pool has read ASK already, and the end of the stream is no reason to stop answering.
 *
 * What an entry says of another node is that node's word, and a hint: that node's sshd and keeper decide.
 */
#ifndef HOLDFAST_POOLMSG_H
#define HOLDFAST_POOLMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "identity.h"
#include "uniqueid.h"

#define POOL_UNIQUE UNIQUEID_CAP
#define POOL_BOOT 16         /* bytes: /proc/sys/kernel/random/boot_id */
#define POOL_ENTRIES_MAX 256 /* of one user, in one answer */
#define POOL_MEMBERS_MAX 1024
#define POOL_HELD_S 600
#define POOL_MESSAGE_MAX 4096 /* room for any message */

enum pool_type {
	POOL_TELL = 1,
	POOL_GONE = 2,
	POOL_NODE = 3,
	POOL_ASK = 33,
	POOL_ENTRY = 65,
	POOL_MEMBER = 66,
	POOL_HEALTH = 67,
};

/* TELL and ENTRY.  States, kinds and times are those of struct attach_status (attach.h). */
struct pool_entry {
	char unique[POOL_UNIQUE];
	char user[USER_CAP];
	char node[NODE_CAP];
	char address[HOST_CAP];       /* by which other nodes reach it */
	unsigned char boot[POOL_BOOT];
	uint32_t id;                  /* the session's number on its node */
	char name[NAME_CAP];          /* "" or a good name */
	struct identity identity;
	uint32_t state;               /* ATTACH_STATE_ATTACHED or ATTACH_STATE_DROPPED */
	uint32_t kind;                /* enum attach_kind */
	uint64_t created_ms;          /* these six by CLOCK_REALTIME of the session's node */
	uint64_t changed_ms;          /* when the state changed */
	uint64_t activity_ms;         /* the last output or input before the session was told */
	/* 0: it was never dropped; ATTACHED and lost after CHANGED_MS: its connections are dead (facts.h). */
	uint64_t lost_ms, lost_heard_ms, lost_used_ms;
	uint32_t rows, cols;
	char term[TERM_CAP];
	char program[NAME_CAP];       /* "" without PoolShow program */
	uint32_t hops;                /* 1: the login that is or was attached last came over another node */
};

struct pool_gone {
	char unique[POOL_UNIQUE];
	char user[USER_CAP];
};

struct pool_node {
	uint8_t drained;              /* 1: no new sessions start here */
};

enum pool_what { POOL_WHAT_USER = 1, POOL_WHAT_MEMBERS = 2 };

struct pool_ask {
	uint8_t what;                 /* enum pool_what */
	char user[USER_CAP];          /* USER: its name, as its entries have it; else "" */
};

struct pool_member {
	char node[NODE_CAP];
	char address[HOST_CAP];
	unsigned char boot[POOL_BOOT];
	char version[VERSION_CAP];    /* of its holdfast-pool */
	uint8_t drained;
	uint32_t sessions;            /* entries of that node that are known here */
	uint64_t seen_ms;             /* CLOCK_REALTIME here: the last proof that it is there; 0: unknown */
};

enum pool_store {
	POOL_STORE_NONE = 0,          /* there has been none yet since the daemon's start */
	POOL_STORE_OK = 1,
	POOL_STORE_AWAY = 2,          /* it does not answer; what was known is used until its leases would have ended */
};

struct pool_health {
	uint32_t store;               /* enum pool_store */
	uint64_t since_ms;            /* CLOCK_REALTIME: since when STORE is so; 0: unknown */
	uint64_t revision;            /* the store's, up to which all is known */
	char text[TEXT_CAP];          /* for people: what is wrong, or "" */
	uint32_t entries;             /* how many are known, of all users and nodes */
	uint32_t skipped;             /* of the store's, not valid */
	uint8_t more;                 /* 1: the answer has not all, because there are too many */
	char node[NODE_CAP];          /* this node */
	char pool[POOL_CAP];
};

/* Encoders: the number of bytes written to OUT, or -EMSGSIZE. */
int pool_encode_entry(uint8_t type, const struct pool_entry *m, unsigned char *out, size_t cap); /* TELL or ENTRY */
int pool_encode_gone(const struct pool_gone *m, unsigned char *out, size_t cap);
int pool_encode_node(const struct pool_node *m, unsigned char *out, size_t cap);
int pool_encode_ask(const struct pool_ask *m, unsigned char *out, size_t cap);
int pool_encode_member(const struct pool_member *m, unsigned char *out, size_t cap);
int pool_encode_health(const struct pool_health *m, unsigned char *out, size_t cap);
/* Decoders: 0, or -EBADMSG for another type, a wrong length, or a value that is not valid; *m is zero then. */
int pool_decode_entry(struct pool_entry *m, const void *buf, size_t len);
int pool_decode_gone(struct pool_gone *m, const void *buf, size_t len);
int pool_decode_node(struct pool_node *m, const void *buf, size_t len);
int pool_decode_ask(struct pool_ask *m, const void *buf, size_t len);
int pool_decode_member(struct pool_member *m, const void *buf, size_t len);
int pool_decode_health(struct pool_health *m, const void *buf, size_t len);
/* The type byte, or -EBADMSG for an empty message. */
int pool_type_of(const void *buf, size_t len);

/* Whether all of *m is valid, as the decoders check it: for one that was made from something else. */
bool pool_entry_ok(const struct pool_entry *m);
bool pool_member_ok(const struct pool_member *m);
/* Whether TEXT can be the name of a user: 1 to 256 bytes, without '/', ':', blanks and control characters. */
bool pool_user_ok(const char *text);

#endif
