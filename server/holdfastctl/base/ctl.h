/* SPDX-License-Identifier: MIT */
/*
 * ctl: what the subcommands of holdfastctl have in common.
 *
 * A subcommand is one file, cmd_NAME.c, that defines a row; holdfastctl.c puts the rows into its table.  Messages go
 * to standard error as "holdfastctl: …", escaped, so that a name or an argument cannot draw on the terminal.
 */
#ifndef HOLDFAST_CTL_H
#define HOLDFAST_CTL_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sessions.h"

/* The exit statuses, the same in all subcommands; holdfastctl(1), "EXIT STATUS". */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,     /* it was tried and failed, in part or as a whole, or the caller may not */
	CTL_USAGE = 2,      /* the command line is wrong, and nothing was done */
	CTL_NO_SESSION = 3, /* there is no such session */
	CTL_TIMEOUT = 4,    /* what was waited for has not come in the time that the caller gave (--timeout) */
};

struct ctl_command {
	const char *name;
	/*
	 * ARGS and HELP are also what "did you mean" and the completions go by: each option stands in HELP at the
	 * beginning of a line, "  -u, --user USER  text", with its value in upper case.
	 */
	const char *args;    /* "[-n NAME]" */
	const char *summary; /* one line, no full stop */
	const char *help;    /* some lines, each with its newline, or "" */
	/* argv[0] is the subcommand's name.  An exit status. */
	int (*run)(const struct ctl_command *self, int argc, char **argv);
};

extern const struct ctl_command cmd_ls, cmd_last, cmd_events, cmd_attach, cmd_new, cmd_detach, cmd_rename, cmd_kill, cmd_env, cmd_hook,
                                cmd_setup, cmd_doctor, cmd_message, cmd_drain, cmd_check_config, cmd_resume, cmd_upgrade,
                                cmd_metrics, cmd_record, cmd_export, cmd_send, cmd_print, cmd_peek, cmd_tail, cmd_wait,
                                cmd_run, cmd_why, cmd_pool;

void ctl_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints the mistake in the command line and the usage: CTL_USAGE. */
int ctl_usage(const struct ctl_command *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* getopt_long(3) in its quiet mode: SHORTS begins with ':' or "+:".  LONGS may be NULL. */
int ctl_getopt(int argc, char **argv, const char *shorts, const struct option *longs);
/*
 * For what ctl_getopt has returned and the subcommand does not know: says what is wrong with the option, CTL_USAGE. 
 * For -h and --help it prints the help and ends the program.
 */
int ctl_bad_option(const struct ctl_command *c, int opt, char **argv);
/* CTL_OK if at most MAX words stand behind the options; else the mistake and the usage, as above. */
int ctl_words(const struct ctl_command *c, int argc, char **argv, int max);
/* Usage, summary and help to standard output: CTL_OK. */
int ctl_help(const struct ctl_command *c);

/* HOLDFAST_SESSION as a number, 0: not in a held shell. */
uint32_t ctl_own_session(void);
/* Whether LIST has the caller's own session, so that its keeper answers. */
bool ctl_inside(const struct session_list *list);

/* The functions below print their errors; they return CTL_OK or the program's exit status. */

/* From now on use USER's sessions (a name, or the number of a uid) instead of the caller's: root only. */
int ctl_user(const char *user);
/* Whether that was asked for. */
bool ctl_user_said(void);
/* Include other users' rootless sessions, in their homes (root's --own). */
void ctl_want_own(void);
bool ctl_wants_own(void);
/* The uid whose sessions ctl_list and the others use. */
uid_t ctl_uid(void);
/* CTL_OK; or prints that the administrator has switched holdfast off. */
int ctl_switched_on(void);
/* CTL_OK for root; else prints that WHAT is for root. */
int ctl_root_only(const char *what);

/* The sessions of the caller, or of ctl_user's; silent ones have one of the states of attach_state_silent(). */
int ctl_list(struct session_list *list);
int ctl_find(const struct session_list *list, const char *word, const struct attach_status **found);
/* A copy of the session that WORD means, or of the caller's own one for NULL. */
int ctl_target(const char *word, struct attach_status *found);
/* The same in LIST. */
int ctl_target_in(const struct session_list *list, const char *word, const struct attach_status **found);

/* Connects to the keeper of the session ID. */
int ctl_connect(uint32_t id, int *fd);
/* Sends a message and gets an answer of the type WANT: its length in *REPLY_LEN. */
int ctl_ask(int fd, uint32_t id, const void *msg, int len, int want, void *reply, size_t cap, size_t *reply_len);
/* Connects, sends a request that DONE answers, closes. */
int ctl_do(uint32_t id, const void *msg, int len);
/* Makes the terminal of the caller's own session go on with TARGET (an id, a new name, or "new"). */
int ctl_switch(const char *target);

#endif
