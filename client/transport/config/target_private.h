/* SPDX-License-Identifier: MIT */
/* target_private: what a target is, for the transports. */
#ifndef HOLDFAST_TARGET_PRIVATE_H
#define HOLDFAST_TARGET_PRIVATE_H

#include "forward.h"
#include "secrets.h"
#include "target.h"

/* How the command of -e wants its options. */
enum target_style {
	STYLE_SSH,   /* as OpenSSH's */
	STYLE_PLINK,
	STYLE_OTHER, /* none: it is run as it is, with %h, %p, %r put in, and carries bytes to a holdfast-resume */
};

struct transport_target {
	char **command;      /* the words of -e, or "ssh" */
	enum target_style style;
	char **options;      /* the person's own, for the command */
	char *destination;   /* for the command */
	struct sshconfig *config;
	char **environment;
	struct secrets *secrets; /* NULL: nothing is kept */
	bool by_command;
	bool have_ssh;       /* `ssh -G` answered */
	char why[256];       /* why it is by command though -e was not given; "" else */
	bool told;           /* why has been said */
	struct forwards *forwards; /* NULL: not read yet; its listeners stay over reconnects */
	unsigned connections; /* that were made and worked */
	char host_key[64];    /* fingerprint of the key that was accepted, "" before */
};

/* What ssh prints first when it has logged in: see target_argv.c. */
#define TARGET_SIGN "holdfast:logged-in"

/*
 * The words that connect: COMMAND with the options, then the destination and the subsystem, or WORDS ("-s",
 * "resume" not then).
 * AGAIN: not the first connection.  NULL: out of memory.
 */
char **target_transport_argv(const struct transport_target *t, bool subsystem, const char *run, bool again);
/* The options of REQUEST as COMMAND's STYLE has them. */
int target_options(const struct target_request *request, enum target_style style, char ***options);
enum target_style target_style_of(char *const *command);

#endif
