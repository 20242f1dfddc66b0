/* SPDX-License-Identifier: MIT */
/*
 * command: a held command on plain pipes (docs/PROTOCOL.md, kind 2): no pty, no painter, no size.
 *
 * Channel 0 is its standard output, channel 1 its standard error.  Each has a ring of its own, and nothing in it is
 * overwritten before it has been acknowledged: when a ring is full its pipe is not read, and the command waits, as with
 * an ssh on a stalled line.  A ring holds RingSize, but SESSIONMEM_COMMAND_RING_MIN at least, so that a build goes on
 * for a while without a client.  The ring takes memory as output arrives, and gives it back as clients acknowledge.
 *
 * The end is that of sshd (measured with 9.2): the command has ended when its process has, and both outputs are closed
 * by all that have them.  A child in the background that keeps one open holds the end up, as it does with ssh, until
 * command_let_go().  Meanwhile the number of its process group stays reserved (shell.h), so that the children can be
 * signalled.
 *
 * How the keeper and the framed side use it: source_pipes.c is the keeper's side.  Its handlers (in the
 * keeper's loop) read the pipes into the rings; after each turn command_turn() says whether anything is new.
 *   output    command_ring(c, ch): bytes from command_acked() up to ->head; k->ring is channel 0's
 *   ACK       command_ack()
 *   INPUT     command_feed(), as write(2) to the pty's master; then POLLOUT by command_watch(…, true)
 *   INPUT_END command_end_input(), when all input before it has been fed
 *   SIGNAL    shell_signal()
 *   EXIT      when command_done() and everything has been acknowledged up to both heads
 */
#ifndef HOLDFAST_COMMAND_H
#define HOLDFAST_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "loop.h"
#include "ring.h"
#include "vital.h"

#define COMMAND_CHANNELS 2

struct command {
	bool ended;              /* its process has ended */
	bool moved;              /* for command_turn() */
	int in;                  /* a pipe to its input; -1: closed by either side */
	struct command_channel {
		int fd;          /* a pipe from its output; -1: end of file */
		struct ring *ring;
		uint64_t acked;  /* all before this has been passed on by a client */
		uint64_t freed;  /* memory of the ring has been given back up to here */
		struct command *of;
	} channel[COMMAND_CHANNELS];
	struct ring errors;      /* channel 1's; channel 0's is the session's own */
	struct vital *vital;
	char name[NAME_CAP];     /* the first word of the command line, for people */
};

/*
 * Nothing runs yet; OUTPUT, the open ring of channel 0, and VITAL, where channel 1's is, stay the caller's.  0 or a
 * negative errno (no memory).
 */
int command_init(struct command *c, struct ring *output, struct vital *vital);
/*
 * Makes the pipes: CHILD gets the three ends (close-on-exec) that become the command's descriptors 0 to 2, and are the
 * caller's to close.  0 or a negative errno, with nothing left open.
 */
int command_open(struct command *c, int child[3]);
/* Takes over FDS, our ends of pipes that the leader has made, which do not block: to its input, from its two outputs. */
void command_take(struct command *c, const int fds[3]);
/* LINE is its command line: c->name. */
void command_name(struct command *c, const char *line);
/* Which of the three ends (1 << N, for its descriptor N) are closed. */
unsigned command_closed(const struct command *c);
/*
 * Its pipes come from a keeper before this one (their descriptors are in *C already), and its rings have been restored:
 * NAME, and whether its input has been closed.
 */
void command_restore(struct command *c, const char name[NAME_CAP], bool input_closed);
/* Puts its pipes into the set: output as long as there is room for it, input when INPUT_WAITS. */
void command_watch(struct command *c, struct loop *l, bool input_waits);
/* After each turn of the loop: whether there has been output, or room for input, or an end of either. */
bool command_turn(struct command *c);

/* CHANNEL's ring, or NULL when there is no such channel. */
struct ring *command_ring(struct command *c, unsigned channel);
/* The first byte of CHANNEL that no client has acknowledged: where a client that knows nothing begins. */
uint64_t command_acked(const struct command *c, unsigned channel);
/* A client has passed on all before OFFSET.  Less than before is no news; more than there is: -EBADMSG. */
int command_ack(struct command *c, unsigned channel, uint64_t offset);
/* A client has gone: gives back the memory of all that has been acknowledged, as command_ack() does at the end of it. */
void command_rest(struct command *c);

/*
 * Its input, without waiting: how many of LEN bytes were taken, 0 when the pipe is full.  All of them, for nothing,
 * when the command does not read any more.
 */
size_t command_feed(struct command *c, const void *data, size_t len);
/* No input comes any more. */
void command_end_input(struct command *c);

/* Nobody reads CHANNEL: the command gets EPIPE or SIGPIPE when it writes there, as under sshd. */
void command_close_output(struct command *c, unsigned channel);

/* Its process has ended. */
void command_ended(struct command *c);
/* Whether it has ended and all of its output is in the rings. */
bool command_done(const struct command *c);
/* Whether all that is in the rings has been acknowledged. */
bool command_taken(const struct command *c);
/*
 * If the command has ended: stops waiting for output of its children in the background, so that the command is done.
 * First reads from the pipes as much as fits into the rings.
 */
void command_let_go(struct command *c);
/* Closes the pipes and channel 1's ring; takes one that was never opened. */
void command_close(struct command *c);

#endif
