/* SPDX-License-Identifier: MIT */
/*
 * target: where the client goes: what the person asked for, the evaluated configuration, and the secrets that were
 * entered on the way.
 *
 * It outlives the transports that are made from it, so that a new connection asks nothing twice.
 */
#ifndef HOLDFAST_TARGET_H
#define HOLDFAST_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "sshconfig.h"

enum target_choice { CHOICE_UNSET = 0, CHOICE_NO, CHOICE_YES }; /* -a/-A */
enum target_x11 { ASK_X11_UNSET = 0, ASK_X11_NO, ASK_X11_YES, ASK_X11_TRUSTED }; /* -x/-X/-Y */

/* As the command line has it; strings are copied by target_new.  Lists end with NULL; NULL is an empty one. */
struct target_request {
	const char *destination; /* [user@]host or ssh://[user@]host[:port] */
	const char *command;     /* -e: a command to go through, "ssh -S none"; NULL: libssh */
	const char *port;        /* -p */
	const char *login;       /* -l */
	const char *config;      /* -F */
	const char *jump;        /* -J */
	const char *bind_address;   /* -b */
	const char *bind_interface; /* -B */
	const char *ciphers, *macs; /* -c, -m */
	const char *escape_char; /* -E here, -e of ssh: "~", "^B", "none" */
	char *const *identities; /* -i */
	char *const *options;    /* -o */
	char *const *local, *const *remote, *const *dynamic; /* -L, -R, -D */
	int family;              /* -4, -6: 4 or 6; 0: either */
	bool compress;           /* -C */
	bool gateway_ports;      /* -g */
	bool quiet;              /* -q */
	unsigned verbose;        /* -v, times */
	enum target_choice agent;
	enum target_x11 x11;
};

struct transport_target;

/*
 * Evaluates the configuration: this runs `ssh -G` and may take as long as that does; call it while the terminal is
 * still as the
 * person had it.  NULL: WHY (CAP bytes) says why, in one line.
 */
struct transport_target *target_new(const struct target_request *request, char *why, size_t cap);
/* Wipes the secrets.  Takes NULL. */
void target_free(struct transport_target *t);

/* What is shown for the host: as it was asked for, without the user. */
const char *target_name(const struct transport_target *t);
/* The evaluated configuration, forwards and environment of the command line included. */
const struct sshconfig *target_config(const struct transport_target *t);
/* Variables that SendEnv and SetEnv name, "NAME=value", SetEnv winning: a list that the target owns. */
char *const *target_environment(const struct transport_target *t);
/* Whether the command transport is taken, and (if not by -e) why: NULL for libssh or -e. */
bool target_by_command(const struct transport_target *t);
const char *target_why_command(const struct transport_target *t);

/*
 * A plain ssh with the person's own options, for a host without holdfast: the command of -e, or "ssh", its
 * options, FLAGS
 * ("-t", "-N"; NULL: none), the destination, and WORDS (a command for the other end; NULL: none).  The caller
 * frees it with
 * target_argv_free.  NULL: out of memory.
 */
char **target_ssh_argv(const struct transport_target *t, char *const *flags, char *const *words);
void target_argv_free(char **argv);

/*
 * Splits TEXT into words as a shell would ('…', "…", \), without expanding anything.  -EINVAL: a quote is open, or
 * no word
 * at all; -ENOMEM.
 */
int target_split(const char *text, char ***words);

#endif
