/* SPDX-License-Identifier: MIT */
/*
 * journal: sends an entry with fields to journald, by its native protocol (systemd's docs, "Native Journal Protocol").
 *
 * Each value goes with its length before it, so that a newline in a value begins no other field.
 */
#ifndef HOLDFAST_JOURNAL_H
#define HOLDFAST_JOURNAL_H

#include <stddef.h>

#define JOURNAL_FIELDS 48 /* of one entry */
#define JOURNAL_WAIT_MS 50 /* for a journald whose socket is full */

struct journal_field {
	const char *name;  /* A-Z, 0-9 and _, a letter first */
	const char *value;
	size_t len;
};

/* Where the host's logs go. */
struct journal_place {
	const char *devlog;   /* /dev/log … */
	const char *journald; /* … which is a link to this where it is journald's */
	const char *sock;     /* where journald then reads entries */
};

extern const struct journal_place journal_host;

/*
 * Sends COUNT fields as one entry: 0; -ENOENT: journald does not read PLACE's logs; -EAGAIN: it has read nothing for
 * JOURNAL_WAIT_MS, or not since the entry before; -E2BIG; or another negative errno.
 */
int journal_send(const struct journal_place *place, const struct journal_field *v, size_t count);

#endif
