/* SPDX-License-Identifier: MIT */
/* options: the command line of holdfast(1), and the configuration options that decide the same things. */
#ifndef HOLDFAST_OPTIONS_H
#define HOLDFAST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "hop.h"
#include "options_script.h"
#include "sshconfig.h"
#include "target_request.h"

enum options_do {
	OPTIONS_SESSION,
	OPTIONS_LIST,
	OPTIONS_SCRIPT,   /* --print and the like: SCRIPT */
	OPTIONS_HELP,
	OPTIONS_VERSION,  /* --version */
	OPTIONS_VERSIONS, /* -V: ours and ssh's */
	OPTIONS_SSH,      /* what ssh alone does: -G, -O, -Q, -W, a subsystem … */
};

/* When keys are shown before the host has answered. */
enum options_predict { PREDICT_ADAPTIVE, PREDICT_ALWAYS, PREDICT_NEVER };

struct options {
	enum options_do what;
	struct target_request request; /* its lists and strings are ours, or argv's */
	char *command;                 /* the words after the host, joined; NULL: none */
	const char *session;           /* --session */
	struct options_script script;
	const char *log_file;          /* -E */
	bool new_session, join, read_only, require, json;
	const char *predict_said;      /* --predict */
	enum options_predict predict;  /* --predict, else HOLDFAST_PREDICT, else adaptive */
	enum sshconfig_tty tty;        /* -t, -tt, -T; TTY_AUTO: none of them */
	bool subsystem;                /* -s */
	bool syslog;                   /* -y */
	bool no_session;               /* -N */
	bool no_stdin;                 /* -n */
	bool background;               /* -f */
	struct hop hop;                /* --hop */
};

/* 0, or -EINVAL and WHY (CAP bytes) is the error message. */
int options_parse(struct options *o, int argc, char **argv, char *why, size_t cap);
/*
 * Fills in from the configuration what the command line leaves open; WHAT becomes OPTIONS_SSH for what only the
 * configuration tells.  0, -ENOMEM, or -EINVAL and WHY (CAP bytes) is the error message.
 */
int options_configure(struct options *o, const struct sshconfig *c, char *why, size_t cap);
/* Whether the session gets a terminal: as ssh decides it. */
bool options_terminal(const struct options *o);
/* Whether it would, if standard input were a terminal. */
bool options_wants_terminal(const struct options *o);
void options_free(struct options *o);
/* The two help texts. */
extern const char options_usage[], options_help[];

#endif
