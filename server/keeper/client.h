/* SPDX-License-Identifier: MIT */
/*
 * client: the connections to a session's socket (common/attach.h): who asks, who claims (claim.h), who is attached
 * (attached.h).
 *
 * A client goes (CHECKING, where only the leader can see who it is) PEER → (CLAIM) VOUCHING → CLAIMED → (CONFIRM) ATTACHED.  Which messages are permitted when is a table
 * in client.c; any other ends the connection.
 */
#ifndef HOLDFAST_CLIENT_H
#define HOLDFAST_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach.h"
#include "lead.h"
#include "loop.h"
#include "probe.h"
#include "reports.h"
#include "terminal.h"

#define CLIENTS_MAX 64 /* one more takes the place of the oldest that has claimed nothing */

struct framed;
struct keeper;

enum client_phase { CLIENT_PEER, CLIENT_VOUCHING, CLIENT_CLAIMED, CLIENT_ATTACHED, CLIENT_CHECKING };

struct client {
	struct keeper *keeper;
	int fd;                /* -1: given up, freed after this turn */
	enum client_phase phase;
	uint64_t age;          /* counts up: the smallest is the oldest */
	uint64_t deadline;     /* of its claim; CLOCK_NEVER */
	uint64_t vouch_by;     /* VOUCHING: then the leader is not waited for any longer */
	uint32_t serial;       /* of its claim, or CHECKING of itself, for the leader */
	struct attach_claim claim; /* its env is freed with the confirmation */
	char address[ADDRESS_CAP]; /* of its login, vouched; else "" */
	struct envlist connection; /* what `holdfastctl env` shows while it is the live one */
	bool more_groups;      /* than the session has */
	char *agent_path;      /* its login's SSH_AUTH_SOCK, or NULL */
	uint64_t active;       /* counts up with every input: the largest is the live one */
	struct reports reports; /* its terminal's, while it is not the one that answers (oneanswer.h) */
	uint64_t kept_ms;      /* when the latest of those that are kept came … */
	uint32_t kept_epoch;   /* … and who was in front then */
	uint64_t place_told;   /* queries for the cursor's place in the output before this it has answered */
	struct terminal t;     /* its descriptors are there from CLAIMED on, else -1 */
	struct framed *framed; /* it speaks frames (framed.h); NULL: bytes */
	uint32_t wish;         /* the rendering that it waits for (painting_request), or 0 */
	bool held;             /* it is shown the screen when tmux has left its control mode (controlmode.h) … */
	bool asked;            /* … which has been asked for */
	unsigned tries;        /* how often that has been asked for */
	int show_why;          /* enum show_why */
	bool eight_bit;        /* its login names a character set that is not UTF-8 */
	bool quiet;            /* no line above its screen */
	uint64_t shown;        /* SHOW_AGAIN: output up to here it has got */
	struct probe probe;    /* of the connection behind it */
};

struct client_table {
	struct client *v[CLIENTS_MAX];
	unsigned count;
	uint64_t clock;        /* for age and active */
	uint32_t serial;
	unsigned unanswered;   /* questions about peers that the leader has (peering.h) */
	bool deaf;             /* out of descriptors: nobody is accepted until somebody has gone */
	struct client *before; /* was leading until lately, and still answers … */
	uint64_t before_until; /* … until then (clock_now_ms()) */
	struct client *alone;  /* the open claim of a kind that must be alone (FIRST, AUTO), or NULL */
};

/* Puts the session's socket and all connections into the set, and the deadlines of claims. */
void client_watch(struct keeper *k, struct loop *l);
/* Sends a message without waiting; a peer that does not take it is given up. */
void client_send(struct client *c, const unsigned char *msg, int len);
void client_refuse(struct client *c, uint8_t type, enum attach_refusal code, const char *text);
/* Closes the connection and the terminal; the session is dropped with the last attachment. */
void client_give_up(struct client *c);
/* Does what is due at deadlines and frees what was given up in this turn. */
void client_sweep(struct keeper *k);
void client_give_up_all(struct keeper *k);

#endif
