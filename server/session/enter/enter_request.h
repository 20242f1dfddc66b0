/* SPDX-License-Identifier: MIT */
/* enter_request: the request of a login to enter a session, and the result (enter.h). */
#ifndef HOLDFAST_ENTER_REQUEST_H
#define HOLDFAST_ENTER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_redirect.h"
#include "frame_session.h"
#include "ticket.h"

struct enter_request {
	const char *want;     /* NULL: resume the best one, else a new one; "new"; or an id or a name, and before it
	                         perhaps the node of the pool that has it: "login3:work" */
	bool create_named;    /* WANT names no session: start one of that name */
	bool must_exist;      /* never start one */
	bool ask;             /* without WANT, at a terminal, with several sessions: let the user pick one (picker.h) */
	uint32_t mode;        /* for a named one: ATTACH_MODE_JOIN, ATTACH_MODE_TAKE or, framed, ATTACH_MODE_STREAM */
	uint32_t flags;       /* ATTACH_FLAG_READONLY, ATTACH_FLAG_QUIET */
	const char *name;     /* of a new session, or NULL */
	const char *command;  /* what a new session runs in the shell's place, or NULL */
	bool leaves;          /* it is detached again as soon as its shell has started */
	struct ticket ticket; /* HOLDFAST_TICKET, or none */
	bool hook;            /* from the hook of a shell that sshd must have executed */
	bool scripts;         /* run resume.d (resumed.h) */
	bool no_hop;          /* the login comes over another node of the pool: it goes to no third one */
	const char *unique;   /* WANT must be the session of this own id (attach.h); NULL or "": whichever WANT means */
	bool own;             /* without holdfastd: this process starts sessions (rootless.h), and there is no TICKET */
	const char *tty;      /* the terminal's name; NULL: the pipes IN and OUT instead */
	int in, out;          /* pipes; borrowed */
	const char *typed;    /* bytes already read from IN, for the session: TYPED_LEN of them */
	size_t typed_len;
	const struct frame_attach *framed; /* ATTACH, if the pipes speak frames (subsystem.h); else NULL */
	uint32_t ahead;                    /* so many bytes that have been acted on come from IN once more */
	uint32_t lowest, highest;          /* its client's versions … */
	const char *features;              /* … and features, a name-list */
	bool no_display;                   /* it has asked for X11 on its way from another node, and got none here */
	bool redirects;                    /* it goes to another node itself, or says that this one is to relay */
	const struct frame_redirect *relay; /* it has said that, for this session; or NULL */
};

enum enter_outcome {
	ENTER_EXIT = 1,     /* the shell ended with status VALUE */
	ENTER_SIGNAL = 2,   /* a signal VALUE ended the shell */
	ENTER_DETACHED = 3, /* on request; the session goes on.  TEXT: a line for the user */
	ENTER_LOST = 4,     /* the keeper died; TEXT */
	ENTER_NOT = 5,      /* entered no session; TEXT says why, "": no message */
	ENTER_SKIPPED = 6,  /* the user pressed Ctrl-C */
	ENTER_ELSEWHERE = 7, /* with REDIRECTS: the session is ELSEWHERE */
};

struct enter_result {
	enum enter_outcome outcome;
	int value;
	uint32_t session; /* 0: none entered */
	char text[TEXT_CAP];
	uint32_t code;    /* ENTER_NOT: why, as enum frame_error_code; 0: unknown */
	struct frame_redirect elsewhere;
};

#endif
