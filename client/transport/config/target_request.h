/* SPDX-License-Identifier: MIT */
/* target_request: where the person wants to go and how, as the command line has it. */
#ifndef HOLDFAST_TARGET_REQUEST_H
#define HOLDFAST_TARGET_REQUEST_H

#include <stdbool.h>

enum target_choice { CHOICE_UNSET = 0, CHOICE_NO, CHOICE_YES }; /* -a/-A */
enum target_x11 { ASK_X11_UNSET = 0, ASK_X11_NO, ASK_X11_YES, ASK_X11_TRUSTED }; /* -x/-X/-Y */

/* Strings are copied by target_new.  Lists end with NULL; NULL is an empty one. */
struct target_request {
	const char *destination; /* [user@]host or ssh://[user@]host[:port] */
	/*
	 * The options of ssh in the order in which the person gave them, before and behind the destination, each option
	 * and each argument a word of its own: all that an ssh gets.  The fields below are for those who are no ssh.
	 */
	char *const *words, *const *words_after;
	bool terminated;         /* "--" stood before the destination */
	char *const *run;        /* the words of the command */
	const char *command;     /* --transport: a command to go through, "ssh -S none"; NULL: libssh */
	const char *port;        /* -p */
	const char *login;       /* -l */
	const char *config;      /* -F */
	const char *jump;        /* -J */
	const char *bind_address;   /* -b */
	const char *bind_interface; /* -B */
	const char *ciphers, *macs; /* -c, -m */
	const char *escape_char; /* -e: "~", "^B", "none" */
	char *const *identities; /* -i */
	char *const *options;    /* -o */
	char *const *local, *const *remote, *const *dynamic; /* -L, -R, -D */
	int family;              /* -4, -6: 4 or 6; 0: either */
	bool compress;           /* -C */
	bool gateway_ports;      /* -g */
	bool quiet;              /* -q */
	unsigned verbose;        /* -v, times */
	bool hop;                /* from one node of a pool to another: an ssh carries the bytes, if there is one */
	enum target_choice agent;
	enum target_x11 x11;
};

#endif
