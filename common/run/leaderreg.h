/* SPDX-License-Identifier: MIT */
/*
 * leaderreg: the entries of the register of leaders, PATH_LEADERS, which only root can read.  The name of an
 * entry says which process leads, its content which session.  A dead leader still counts while its keeper lives.
 */
#ifndef HOLDFAST_LEADERREG_H
#define HOLDFAST_LEADERREG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LEADERREG_NAME 64
#define LEADERREG_TEXT 96

struct leaderreg {
	uid_t uid;
	pid_t pid;             /* the leader's */
	uint64_t start;
	/* The content of the file; 0 until the keeper has been started. */
	uint32_t id;
	pid_t keeper;
	uint64_t keeper_start;
	pid_t shell;           /* the leader's child that is or becomes the shell; 0: there is none */
	uint64_t shell_start;
	uint32_t ended;        /* enum leaderreg_ended */
};

/* Of a session whose shell has ended, and for a command its output too. */
enum leaderreg_ended {
	LEADERREG_RUNS = 0,
	LEADERREG_ENDED = 1, /* somebody who is attached is about to take the rest */
	LEADERREG_KEPT = 2,  /* it is kept for a client that is away */
};

/* "<uid>-<pid>-<start>". */
void leaderreg_name(const struct leaderreg *e, char name[LEADERREG_NAME]);
/* Sets uid, pid and start: 0, or -EBADMSG: NAME does not have exactly this form. */
int leaderreg_parse_name(struct leaderreg *e, const char *name);
/*
 * "<id> <keeper> <keeper's start>\n", with a shell " <shell> <shell's start>" before the end, and with a shell that has
 * ended " <ended>" before that: its length.
 */
int leaderreg_text(const struct leaderreg *e, char text[LEADERREG_TEXT]);
/* Sets id, keeper, shell and their starts, and ended, all 0 for an empty file: 0 or -EBADMSG. */
int leaderreg_parse_text(struct leaderreg *e, const char *text, size_t len);
/* Reads both from the entry NAME in DIR: 0 or a negative errno.  Damaged content counts as empty. */
int leaderreg_read(struct leaderreg *e, int dir, const char *name);
/* The entry of session ID of UID: 0, -ENOENT, or another negative errno (-EACCES: not root). */
int leaderreg_find(struct leaderreg *e, uid_t uid, uint32_t id);

#endif
