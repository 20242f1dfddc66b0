/* SPDX-License-Identifier: MIT */
/*
 * following: the output of a session as it comes (FOLLOW of common/messages/attach_script.h), also over the death of
 * its keeper and an upgrade: then it goes on at the same byte, by a new connection to the same session.
 */
#ifndef HOLDFAST_FOLLOWING_H
#define HOLDFAST_FOLLOWING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach_script.h"

#define FOLLOWING_ANSWER_MS 2000 /* a keeper that runs answers at once */
#define FOLLOWING_BACK_MS 5000   /* so long the next keeper is waited for */

enum following_what {
	FOLLOWING_SIZED = 1, /* the terminal has ROWS and COLS from here on; the first event is one */
	FOLLOWING_OUTPUT = 2, /* LEN bytes at BYTES, which stay until the next call */
	FOLLOWING_GAP = 3,   /* output up to TO was lost: it came faster than it was read here, or is too old; LAST: the
	                        session has ended, and nobody has read its last output for so long that this was it */
	FOLLOWING_END = 4,   /* the session has ended, as EXIT says; f->cause has the reason in words, or "" */
};

struct following_event {
	enum following_what what;
	uint64_t offset; /* of the session's output */
	uint64_t to;
	bool last;
	uint32_t rows, cols;
	const unsigned char *bytes;
	size_t len;
	struct attach_exit exit;
};

struct following {
	int fd;                /* to poll for POLLIN; another one after a reconnect; -1: none */
	uid_t uid;
	uint32_t id, channel;
	uint64_t created_ms;   /* of the session: an id is used again */
	uint64_t next;         /* the offset of the next byte of output */
	struct attach_sized size; /* the latest */
	bool fresh;            /* SIZE has come with the answer to FOLLOW, and is the next event */
	bool ended;
	char cause[TEXT_CAP];
	struct attach_refused refused; /* after -EACCES */
};

/*
 * Follows UID's session ID as ASK says.  0; -ENOENT or -ECONNREFUSED: no such session; -EACCES: refused, as
 * F->refused says; -EPROTO: its keeper is of a version that knows no FOLLOW; -ETIMEDOUT: it does not answer; or
 * another negative errno.  following_close() in any case.
 */
int following_begin(struct following *f, uid_t uid, uint32_t id, const struct attach_follow *ask);
/*
 * The next event, waited for TIMEOUT_MS at most (-1: for ever): 1; 0: none has come; -EINTR: a signal has; -EPIPE:
 * the session is gone, and nobody has said how it has ended; or as above.
 */
int following_next(struct following *f, struct following_event *ev, int timeout_ms);
void following_close(struct following *f);

#endif
