/* SPDX-License-Identifier: MIT */
/*
 * shellmsg: the one message from a keeper to its stub, over a socketpair (SOCK_SEQPACKET) whose keeper's end is
 * LEADERMSG_STUB_FD.
 *
 * The stub is a child of the leader that has become the user for good (server/daemon/leader/shellstub.h).  START tells
 * it what to execute; so root reads neither the command nor the environment, and the shell is the leader's child, which
 * a keeper that dies does not take with it.  Both ends are processes of the same user.
 */
#ifndef HOLDFAST_SHELLMSG_H
#define HOLDFAST_SHELLMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach.h"
#include "becomeshell.h"
#include "bounds.h"
#include "envlist.h"

#define SHELLMSG_START 1

struct shellmsg {
	char shell[PATH_CAP];
	char home[PATH_CAP];
	char tty[TTY_CAP];  /* "": on the pipes that the stub has */
	uint32_t umask;
	bool say_home;
	bool has_command;   /* else COMMAND is "" */
	char command[ATTACH_COMMAND_MAX + 1];
	struct envlist env;
};

/* Fills *M from Q, whose environment it borrows: 0 or -EMSGSIZE. */
int shellmsg_fill(struct shellmsg *m, const struct shell_request *q);
/* The number of bytes, or -EMSGSIZE. */
int shellmsg_encode(const struct shellmsg *m, unsigned char *out, size_t cap);
/* 0, -EBADMSG, -E2BIG or -ENOMEM.  On success the caller frees m->env. */
int shellmsg_decode(struct shellmsg *m, const void *buf, size_t len);

#endif
