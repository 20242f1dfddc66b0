/* SPDX-License-Identifier: MIT */
/*
 * asciicast: writes a recording in the format asciicast v2 of asciinema (docs.asciinema.org/manual/asciicast/v2): a
 * header, then one event a line, [seconds, "o", "output"] or [seconds, "r", "80x24"].
 *
 * Each line is one write(2), so that a recording is valid however its writer ends; what a full disk leaves of a line is
 * cut off again.  A character of UTF-8 is never cut
 * between two events: its first bytes wait for the others.  Bytes that are no UTF-8 become U+FFFD, as JSON has no room
 * for them.
 */
#ifndef HOLDFAST_ASCIICAST_H
#define HOLDFAST_ASCIICAST_H

#include <stddef.h>
#include <stdint.h>

struct asciicast_head {
	unsigned cols, rows;
	uint64_t date_ms;  /* milliseconds since 1970: when event time 0 was */
	const char *title; /* NULL or "": none */
	const char *term, *shell; /* the same; "env" of the header */
};

struct asciicast {
	int fd;                 /* borrowed */
	uint64_t last_ms;       /* no event is earlier than the one before it */
	unsigned cols, rows;    /* as the last header or event has said */
	unsigned char kept[4];  /* the begin of a character */
	size_t kept_len;
	uint64_t events;        /* written */
	uint64_t whole;         /* the length of the file, where all lines in it are whole */
};

/* All return 0 or a negative errno of write(2).  Times are milliseconds since the recording's begin. */

/* Begins a recording with its header. */
int asciicast_begin(struct asciicast *a, int fd, const struct asciicast_head *head);
/*
 * Goes on behind the recording that FD is at, which is open for reading too: *LAST is the time of its last event.  A
 * line that its writer has not ended is cut off.  -EPROTO: it is no recording of this format.
 */
int asciicast_resume(struct asciicast *a, int fd, uint64_t *last);
/* Output; several events if it is long. */
int asciicast_output(struct asciicast *a, uint64_t at_ms, const void *data, size_t len);
/* The terminal's new size, if it is another. */
int asciicast_resize(struct asciicast *a, uint64_t at_ms, unsigned cols, unsigned rows);
/* Nothing follows: what is kept of a character that never came whole becomes U+FFFD. */
int asciicast_end(struct asciicast *a, uint64_t at_ms);

#endif
