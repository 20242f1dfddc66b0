/* SPDX-License-Identifier: MIT */
/* target_state: a target from the inside, for the transports.  Everybody else has target.h. */
#ifndef HOLDFAST_TARGET_STATE_H
#define HOLDFAST_TARGET_STATE_H

#include <stdbool.h>

#include "askpass.h"
#include "sshconfig.h"

struct forwards;
struct secrets;
struct x11;

/* How the command of --transport wants its options. */
enum target_style {
	STYLE_SSH,   /* as OpenSSH's */
	STYLE_PLINK,
	STYLE_OTHER, /* none: it is run as it is, with %h, %p, %r put in, and carries bytes to a holdfast-resume */
};

/* Which transport carries its bytes: decided once, by the first transport (transport_new). */
enum target_carrier { CARRIER_OPEN = 0, CARRIER_LIBSSH, CARRIER_COMMAND };

/*
 * How the last connection logged in.  A connection that replaces it begins with that, without the question for the
 * methods, and without asking whether the key would do: two round trips less.
 */
struct target_login {
	int methods;       /* libssh's SSH_AUTH_METHOD_* that the host offered first; 0: not known */
	char *key;         /* base64 of the public key that the host took; NULL: none */
	char *file;        /* the private key's file, NULL: the agent has it */
	char *certificate; /* file of the certificate that went with it; NULL: none */
};

struct transport_target {
	char **command;      /* the words of --transport, or ssh's program */
	enum target_style style;
	char *ssh;           /* ssh's program */
	char **options, **options_after; /* the person's own, for the command, before and behind the destination */
	bool terminated;     /* "--" stands before the destination */
	char *destination;   /* for the command */
	struct sshconfig *config;
	char **environment;
	struct secrets *secrets; /* NULL: nothing is kept */
	bool sends_first;    /* the command has what is sent first in its environment, for the host's (struct
	                        transport: first) */
	bool asked_command;  /* by --transport */
	bool have_ssh;       /* `ssh -G` answered; of a hop: there is an ssh, and its files could be read */
	bool hop;            /* from node to node (struct target_request) */
	int ssh_version;     /* as sshprogram_version has it, -1: none; 0: it has not been asked for */
	char *warnings;      /* of `ssh -G`, which an ssh that carries the bytes says itself; NULL: none */
	enum target_carrier carrier;
	struct forwards *forwards; /* NULL: not read yet; its listeners stay over reconnects */
	unsigned connections; /* that were made and worked */
	struct askpass askpass; /* for the questions of an ssh that is our child; opened by the first one */
	bool master;         /* an ssh of ours waits at target_master() for more to do over its connection */
	char host_key[64];    /* fingerprint of the key that was accepted, "" before */
	struct x11 *x11;      /* the person's display, if it is forwarded; */
	bool x11_asked;       /* whether it is has been found out */
	unsigned long long step_ms; /* the longest step of a connection that worked; 0: none has */
	unsigned given_up;    /* attempts since then that said nothing any more */
	struct target_login login; /* how the last connection logged in: what is tried first at the next */
};

/* Forgets the key. */
void target_login_forget(struct target_login *l);

#endif
