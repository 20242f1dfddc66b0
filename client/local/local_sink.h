/* SPDX-License-Identifier: MIT */
/*
 * local_sink: writes to a terminal, pipe, socket or file of the person's without ever blocking and without setting
 * O_NONBLOCK on an open file that the shell shares with us.  Bytes that it does not take wait here.
 */
#ifndef HOLDFAST_LOCAL_SINK_H
#define HOLDFAST_LOCAL_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A host sends at most 4 MiB unacknowledged; nothing more is read from the host until the sink has drained. */
#define SINK_FULL (4u << 20)
/* Small pieces are gathered up to this: a terminal takes no more at once. */
#define SINK_PIECE 16384u

enum sink_way { SINK_OWN, SINK_SOCKET, SINK_CAREFUL, SINK_FILE };

struct local_sink {
	int fd;
	enum sink_way way;
	int error;          /* errno of a write that failed for good, else 0: everything is thrown away then */
	bool full;          /* it took less than it was given: poll(2) tells when it takes more */
	bool paced;         /* it is behind another ssh connection, which is given only so much at once (outpace.h) */
	unsigned char *buf; /* what waits */
	size_t at, len, cap;
	size_t own;         /* so many of the bytes that wait, at their end, are none of the host's */
};

/* FD stays the caller's. */
void local_sink_open(struct local_sink *s, int fd);
/* What is written from now on is paced, if FD is the terminal of a login of this host. */
void local_sink_pace(struct local_sink *s);
/* When a sink that is full is to be flushed, though poll(2) has said nothing; 0: when poll(2) does. */
uint64_t local_sink_until(const struct local_sink *s);
/* Takes a sink that is all zero. */
void local_sink_close(struct local_sink *s);
/* 0 or -ENOMEM. */
int local_sink_write(struct local_sink *s, const void *data, size_t len);
/* The same, but written only with SINK_PIECE bytes or more of them, or by local_sink_push. */
int local_sink_gather(struct local_sink *s, const void *data, size_t len);
/* The same, for bytes of our own behind the host's. */
int local_sink_own(struct local_sink *s, const void *data, size_t len);
/* How many bytes wait up to the last one of the host's. */
size_t local_sink_waiting_host(const struct local_sink *s);
/* Writes what has been gathered, if it is not full. */
void local_sink_push(struct local_sink *s);
/* After poll(2) has said that FD takes something. */
void local_sink_flush(struct local_sink *s);
size_t local_sink_waiting(const struct local_sink *s);
/* Waits until everything is written, at most MS milliseconds, or for ever (-1). */
void local_sink_drain(struct local_sink *s, int ms);

#endif
