/* SPDX-License-Identifier: MIT */
/*
 * etcd: the requests to etcd's JSON gateway (versions 3.4 and newer, all below /v3/), and its answers.  Texts alone:
 * http.h carries them.
 *
 * Keys and values are base64 there, and numbers of 64 bits are strings.
 */
#ifndef HOLDFAST_POOL_ETCD_H
#define HOLDFAST_POOL_ETCD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "key.h"
#include "value.h"

#define ETCD_KEY_CAP 4096  /* of any key below our prefix; longer ones are not ours */
#define ETCD_TEXT_CAP 256

/*
 * Bodies of requests; the caller frees them; NULL: no memory.
 */
char *etcd_authenticate(const char *user, const char *password); /* /v3/auth/authenticate */
char *etcd_grant(uint64_t ttl_s);                                /* /v3/lease/grant */
char *etcd_keepalive(uint64_t lease);                            /* /v3/lease/keepalive */
/*
 * /v3/kv/range: up to COUNT keys (0: only how many there are) from the LEN bytes FROM up to END (NULL: that key alone),
 * as of REVISION (0: now).
 */
char *etcd_range(const char *from, size_t len, const char *end, uint64_t count, uint64_t revision);

/* What is written: VALUE NULL deletes KEY. */
struct etcd_op {
	const char *key, *value;
};
/* /v3/kv/txn: all of them, in one revision. */
char *etcd_write(const struct etcd_op *ops, size_t count, uint64_t lease);

/* What is watched: the keys from FROM up to END (NULL: that key alone). */
struct etcd_span {
	const char *from, *end;
};
/* /v3/watch: several in one stream, all from REVISION on. */
char *etcd_watch(const struct etcd_span *spans, size_t count, uint64_t revision);

/* How a request has ended. */
enum etcd_outcome {
	ETCD_OK,
	ETCD_AWAY,      /* the member did not answer, or has no quorum */
	ETCD_AUTH,      /* it wants a (new) token */
	ETCD_NO_AUTH,   /* it knows no users, so that it gives no token */
	ETCD_NO_LEASE,  /* the lease has ended */
	ETCD_COMPACTED, /* the revision is too old */
	ETCD_REFUSED,   /* anything else */
};
/*
 * STATUS is HTTP's (0: no answer), ERROR what http.h said, ANSWER the object that came, or NULL.  Why, for people, in
 * TEXT, unless the result is ETCD_OK.
 */
enum etcd_outcome etcd_outcome(long status, const char *error, const json_t *answer, char text[ETCD_TEXT_CAP]);

/* The number that the members NAMES (a list that NULL ends) of ANSWER lead to; 0 if there is none. */
uint64_t etcd_number(const json_t *answer, const char *const *names);
/* The revision in ANSWER's header. */
uint64_t etcd_revision(const json_t *answer);

struct etcd_kv {
	bool deleted;
	bool too_long;      /* the value: it is left out */
	uint64_t revision;  /* in which this was written */
	size_t key_len, value_len;
	char key[ETCD_KEY_CAP];
	char value[VALUE_MAX];
};
/* Reads a key with its value from an answer of range, or an event of a watch, of LEN bytes: 0, -EBADMSG or -ENOMEM. */
int etcd_kv(const char *text, size_t len, struct etcd_kv *kv);

#endif
