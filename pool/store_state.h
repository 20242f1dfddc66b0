/* SPDX-License-Identifier: MIT */
/*
 * store_state: what the parts of a store share (store.h says what it is for).  Each part is a task with at most one request under way; a row says when it is due
 * and what its answers do.
 */
#ifndef HOLDFAST_POOL_STORE_STATE_H
#define HOLDFAST_POOL_STORE_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "endpoints.h"
#include "etcd.h"
#include "http.h"
#include "own.h"
#include "pieces.h"
#include "poolmsg.h"

#define STORE_GATHER_MS 20   /* what is told within that is written together */
#define STORE_WRITE_MAX 100  /* keys in one write: etcd's --max-txn-ops is 128 */

struct store_times { /* milliseconds, but LEASE_S */
	unsigned lease_s;
	unsigned renew;   /* the lease, so often */
	unsigned proof;   /* a proof is written so often */
	unsigned echo;    /* and must be back within that */
	unsigned read;    /* the small question */
	unsigned node;    /* our node's key is written anew */
	unsigned count;   /* the same if its number of sessions is wrong */
	unsigned quick;   /* how long an answer is waited for while another member can be asked */
	unsigned patient; /* and if not: the last member that is left may be slow */
};

struct store_options { /* borrowed as long as the store is there */
	const char *pool;
	struct pool_member self;     /* node, address, boot, version */
	uint64_t instance;           /* random: another process with our name has another one */
	const char *user;            /* "": the store wants none */
	const char *password_file;
	struct endpoints endpoints;  /* a copy is used */
	struct store_times times;    /* all 0: the usual ones */
	struct http *http;
	struct own *own;
	struct directory *directory;
	/* Called between two parts of a long answer, so that what is urgent need not wait; or NULL. */
	void (*between)(void *arg);
	void *between_arg;
};

struct store;

enum store_task_id { STORE_AUTH, STORE_LEASE, STORE_WRITE, STORE_MIRROR, STORE_READ, STORE_TASKS };

struct store_task {
	const char *name; /* for people: "renewing the lease" */
	/* When a request is to be made: 0: now; CLOCK_NEVER: none. */
	uint64_t (*due)(const struct store *s, uint64_t now);
	/* The body of that request, which the caller frees, and its *PATH below the URL; NULL: no memory. */
	char *(*begin)(struct store *s, uint64_t now, const char **path);
	/* An object of an array in the answer; NULL: none are wanted. */
	void (*element)(struct store *s, const char *text, size_t len);
	/* The rest of each answer of a stream; NULL: it is no stream.  All but ETCD_OK ends the stream, with that. */
	enum etcd_outcome (*answer)(struct store *s, const json_t *answer, uint64_t now);
	/* The end; ANSWER is the rest of the (last) one, or NULL. */
	void (*end)(struct store *s, enum etcd_outcome outcome, const json_t *answer, uint64_t now);
};

extern const struct store_task store_auth, store_lease, store_write, store_mirror, store_read;

struct store_call {
	struct store *store;
	const struct store_task *task;
	struct http_call *http; /* NULL: no request is under way */
	struct pieces pieces;
	json_t *answer;         /* the last one */
	enum etcd_outcome given_up; /* ETCD_OK: it is not */
	uint64_t began_ms;
	unsigned failures;      /* in a row */
	uint64_t again_ms;      /* after a failure: not before */
	bool away;              /* the failure was that the store did not answer */
};

enum mirror_phase { MIRROR_READ, MIRROR_SWEEP, MIRROR_WATCH };

struct store {
	struct store_options o;
	struct store_call calls[STORE_TASKS];
	char text[TEXT_CAP];      /* what is wrong, "" */
	const struct store_task *wrong; /* whose trouble that is, NULL: the watch's */
	uint64_t took_ms;         /* how long answers take, at most, lately */
	bool troubled;            /* a member was left, and nothing has been proven since; the log says so */
	uint64_t since_ms;        /* clock_date_ms(): when HEALTH's answer changed */
	bool was_ok;

	struct {
		char token[512];  /* "": none */
		bool unneeded;    /* the store gives none */
		bool refused;     /* the store does not take our name or password */
	} auth;

	struct {
		uint64_t id;      /* 0: none */
		uint64_t sent_ms; /* when the request went out that is under way */
		uint64_t renewed_ms; /* without one: when that was known */
		uint64_t granted_ms;
		unsigned longer;  /* how often its time was doubled, because the store is slow */
		uint64_t calm_ms; /* such a lease is given back for a usual one that much later */
	} lease;

	struct {
		uint64_t since_ms;      /* a change waits since then; 0: none does */
		bool node;              /* our node's key waits */
		uint64_t node_ms;       /* when it was written last */
		bool drained;
		uint32_t sessions;      /* what that said */
		uint64_t revision;      /* of the last write */
		unsigned batch;         /* sessions in one write: */
		uint64_t echo_ms;       /* when that was sent which the watch has not brought yet; 0: it has */
		bool proof;             /* a proof waits */
		uint64_t proof_ms;      /* when the last one was sent; 0: none was */
		uint64_t proof_number;  /* its number */
		uint64_t written_ms;    /* when the store had it; 0: it has not */
		bool proof_back;
		bool taken_node, taken_proof; /* what the request has that is under way */
		char proof_key[KEY_CAP], node_key[KEY_CAP], proof_value[64];
		char *node_value;
	} write;

	struct {
		enum mirror_phase phase;
		uint64_t revision;      /* of the reading; else of the last event */
		uint64_t safe_revision; /* all events up to this one have come, surely */
		uint64_t next_safe;     /* the same, once the next proof is back */
		uint64_t started_ms;    /* of the reading */
		uint64_t proven_ms;     /* 0: never */
		uint64_t heard_ms;      /* when the watch has brought something last; 0: never */
		unsigned unproven;      /* watches in a row that were given up */
		bool more;              /* of the reading: there is another page */
		bool has_read;          /* this is not the first one of this process */
		char last_key[ETCD_KEY_CAP];
		size_t last_len;
		size_t page;            /* keys of this answer that could be read */
		uint64_t skipped;       /* keys that are not valid */
		uint64_t twin_ms;       /* when another process published as this node; 0: never */
	} mirror;

	struct {
		uint64_t asked_ms;
		uint64_t revision; /* known when that was */
	} read;
};

/* New sessions start on this node (false) or don't. */
void store_drained(struct store *s, bool drained);
/* What is wrong, for people: with TASK, or NULL: with the watch. */
void store_trouble(struct store *s, const struct store_task *task, const char *text);
/* Every key of ours is gone from the store, or will be soon. */
void store_lost_all(struct store *s, uint64_t now);
/* The watch has brought the LEN bytes of our proof, written in REVISION. */
void store_proof_back(struct store *s, const char *value, size_t len, uint64_t revision);
/* The watch, or a reading, has come as far as mirror.revision says. */
void store_echo(struct store *s, uint64_t now);
/* How long the lease is, or the next one will be, in milliseconds. */
uint64_t store_lease_ms(const struct store *s);
/* The next one is to be longer, as far as it may. */
void store_longer_lease(struct store *s);
/* A watch begins: it is to be proven at once. */
void store_prove(struct store *s);
/* The directory is to be read anew. */
void store_read_again(struct store *s);
/* Ends the request of a task, if there is one. */
void store_cancel(struct store *s, enum store_task_id id);
/*
 * The member did not answer, as TEXT says.  If there is another one that may, it is left, and true is returned.  If not,
 * what is under way goes on: to begin all anew would only add to the load of a store that is slow.
 */
bool store_leave(struct store *s, uint64_t now, const char *text);
/* Whether requests may be made that need a token. */
bool store_may_ask(const struct store *s);

#endif
