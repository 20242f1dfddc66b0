/* SPDX-License-Identifier: MIT */
/*
 * leadreg: the entries of the register of leaders, PATH_LEADERS, which only root can read.  The name of an
 * entry says which process leads, its content which session.  A dead leader still counts while its keeper lives.
 */
#ifndef HOLDFAST_LEADREG_H
#define HOLDFAST_LEADREG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LEADREG_NAME 64
#define LEADREG_TEXT 64

struct leadreg {
	uid_t uid;
	pid_t pid;             /* the leader's */
	uint64_t start;
	/* The content of the file; 0 until the keeper has been started. */
	uint32_t id;
	pid_t keeper;
	uint64_t keeper_start;
};

/* "<uid>-<pid>-<start>". */
void leadreg_name(const struct leadreg *e, char name[LEADREG_NAME]);
/* Sets uid, pid and start: 0, or -EBADMSG: NAME does not have exactly this form. */
int leadreg_parse_name(struct leadreg *e, const char *name);
/* "<id> <keeper> <keeper's start>\n": its length. */
int leadreg_text(const struct leadreg *e, char text[LEADREG_TEXT]);
/* Sets id, keeper and its start, all 0 for an empty file: 0 or -EBADMSG. */
int leadreg_parse_text(struct leadreg *e, const char *text, size_t len);
/* Reads both from the entry NAME in DIR: 0 or a negative errno.  Damaged content counts as empty. */
int leadreg_read(struct leadreg *e, int dir, const char *name);
/* The entry of session ID of UID: 0, -ENOENT, or another negative errno (-EACCES: not root). */
int leadreg_find(struct leadreg *e, uid_t uid, uint32_t id);

#endif
