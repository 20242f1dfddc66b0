/* SPDX-License-Identifier: MIT */
/* enter_request: how a login wants to get into a session, and how that came out (enter.h). */
#ifndef HOLDFAST_ENTER_REQUEST_H
#define HOLDFAST_ENTER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_session.h"
#include "ticket.h"

struct enter_request {
	const char *want;     /* NULL: resume the best one, else a new one; "new"; or an id or a name */
	bool create_named;    /* WANT names no session: start one of that name */
	bool must_exist;      /* never start one */
	bool ask;             /* no WANT, a terminal, several sessions: let the person pick one (picker.h) */
	uint32_t mode;        /* for a named one: ATTACH_MODE_JOIN, ATTACH_MODE_TAKE or, framed, ATTACH_MODE_STREAM */
	uint32_t flags;       /* ATTACH_FLAG_READONLY, ATTACH_FLAG_QUIET */
	const char *name;     /* of a new session, or NULL */
	struct ticket ticket; /* HOLDFAST_TICKET, or none */
	bool hook;            /* by the login shell's hook: held only if sshd has executed that shell, and with what it began */
	bool scripts;         /* run what root wants to happen at a resume (resumed.h) */
	bool own;             /* without holdfastd: sessions are started by ourselves (rootless.h), TICKET is none */
	const char *tty;      /* the terminal's name; NULL: the pipes IN and OUT instead */
	int in, out;          /* pipes; borrowed */
	const char *typed;    /* what has been read from IN already, for the session: TYPED_LEN bytes */
	size_t typed_len;
	const struct frame_attach *framed; /* the pipes speak frames, and this was ATTACH (subsystem.h); else NULL */
	uint32_t lowest, highest;          /* its client's versions */
};

enum enter_outcome {
	ENTER_EXIT = 1,     /* the shell ended with status VALUE */
	ENTER_SIGNAL = 2,   /* a signal VALUE ended the shell */
	ENTER_DETACHED = 3, /* asked to; the session lives on.  TEXT says what to tell the person */
	ENTER_LOST = 4,     /* the keeper died; TEXT */
	ENTER_NOT = 5,      /* nothing was entered; TEXT says why, "" when there is nothing to say */
	ENTER_SKIPPED = 6,  /* the person pressed Ctrl-C */
};

struct enter_result {
	enum enter_outcome outcome;
	int value;
	uint32_t session; /* 0 while none was entered */
	char text[TEXT_CAP];
	uint32_t code;    /* ENTER_NOT: why, as enum frame_error_code; 0: unknown */
};

#endif
