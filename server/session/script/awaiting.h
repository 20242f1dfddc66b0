/* SPDX-License-Identifier: MIT */
/* awaiting: waits until a session's shell is at its prompt, until it has printed a text, or until it has ended. */
#ifndef HOLDFAST_AWAITING_H
#define HOLDFAST_AWAITING_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach_script.h"

#define AWAITING_QUIET_MS 60  /* no output for so long: a look is worth it … */
#define AWAITING_SURE_MS 40   /* … and a second one, after which nothing may have changed … */
#define AWAITING_LOOK_MS 1000 /* … and one from time to time: a prompt may be empty */
#define AWAITING_MARK_LOOK 65536 /* bytes of earlier output in which a shell's mark may be */

enum awaiting_what {
	/*
	 * The session's own shell is in front and reads, all input has been read, and no output comes.  While another
	 * program is in front (a shell on another host, say), its marks count (OSC 133): it is at a prompt if the last
	 * one says so.
	 */
	AWAITING_PROMPT,
	AWAITING_TEXT, /* a line, or what there is of one so far, matches PATTERN (plaintext.h) */
	AWAITING_END,
};

struct awaiting {
	uid_t uid;
	uint32_t id;
	enum awaiting_what what;
	const regex_t *pattern;
	bool since_start;   /* TEXT: also in the output that the keeper still has; */
	bool since_offset;  /* in that from OFFSET on, as far as the keeper still has it */
	uint64_t offset;    /* of the session's output, now (struct attach_status), or with SINCE_OFFSET earlier */
	int64_t timeout_ms; /* -1: none */

	/* Results. */
	struct attach_exit exit;       /* 0 with END, and -ESHUTDOWN */
	char cause[TEXT_CAP];          /* the same: why it has ended, or "" */
	struct attach_refused refused; /* -EACCES */
	uint32_t flags;                /* -ETIMEDOUT with PROMPT: ATTACH_QUIET_*, at the last look */
};

/*
 * 0: it came; -ETIMEDOUT; -ESHUTDOWN: the session has ended instead; -EPIPE: it is gone, and nobody has said how; or
 * as following_begin().
 */
int awaiting_run(struct awaiting *a);

#endif
