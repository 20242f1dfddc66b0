/* SPDX-License-Identifier: MIT */
/*
 * link: one connection that speaks the protocol of docs/PROTOCOL.md: preamble, HELLO, frames both ways.  When it pings,
 * and how long nothing has come back, is link_time.h's; what the frames mean for a session is stream's (link_stream.h).
 */
#ifndef HOLDFAST_LINK_H
#define HOLDFAST_LINK_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "frame_session.h"
#include "link_first.h"
#include "transport.h"

#define LINK_OUT_CAP (160u << 10) /* what waits to be sent; HELLO and the longest ATTACH fit many times */
#define LINK_OUT_BUSY (64u << 10) /* more than this: nothing that would be answered is read */
#define LINK_IDLE_MS 60000u       /* from one ping to the next while nothing happens */

enum link_phase {
	LINK_CONNECTING, /* the transport is on its way */
	LINK_GREETING,   /* we have said who we are; the host's preamble has not come */
	LINK_HELLO,      /* its preamble has come, not its HELLO */
	LINK_HOPPING,    /* its HELLO has come, and a voucher is spoken of (link_hop.h) */
	LINK_READY,      /* its HELLO has come */
	LINK_ATTACHED,   /* ATTACHED has come */
	LINK_DEAD,       /* over: why */
};

struct link {
	struct transport *transport;
	enum link_phase phase;
	bool asked_list, asked_attach, asked_script; /* LIST, ATTACH, SCRIPT have been sent: what may be answered */
	bool hopped;                   /* HOP_VOUCHER has been sent */
	bool met;                      /* the host has answered as holdfast */
	bool starting;                 /* the answer to ATTACH may take as long as a session takes to start */
	const unsigned char *hello_of; /* borrowed: HELLO of another client, whole, that is said in place of ours; */
	size_t hello_len;              /* NULL and 0: ours is */
	unsigned char *first;          /* ATTACH_AHEAD that the host may know already, FIRST_LEN bytes; NULL: none */
	size_t first_len;
	bool asks_itself;              /* that has been put behind HELLO, and nobody has taken notice of it */
	bool ahead;                    /* ATTACH has been sent as ATTACH_AHEAD, and the host may not know that */
	bool wrong;                    /* DEAD because the host broke the protocol */
	bool refused;                  /* DEAD, and another try would fail too */
	bool paused;                   /* we don't read: silence means nothing */
	bool silent;                   /* the host has owed us an answer for too long */
	char why[TEXT_CAP + 64];       /* when DEAD, for the person */

	struct frame_hello hello;      /* the host's, from READY on */

	/* All in the milliseconds of clock.h; 0: not. */
	uint64_t started, opened, greeted, attached;
	uint64_t heard;    /* when a byte came last */
	uint64_t unanswered; /* since when something sent waits for any byte at all, or a ping for its own answer */
	uint64_t owed;       /* when the input was sent last that has not been acknowledged yet, */
	uint32_t trip;       /* and how soon nothing can be an answer to it, 0: unknown */
	uint64_t pinged;   /* when the ping that is out was sent */
	uint64_t token;    /* of that ping */
	uint64_t forwarded, received; /* the transport's, at the last look */
	uint32_t rtt;      /* smoothed */
	uint32_t patience; /* how long it may be silent after something that must be answered */
	uint32_t idle_ms;
	unsigned false_doubts; /* how often it spoke again after it was doubted */

	unsigned char preamble[FRAME_PREAMBLE];
	size_t garbage;           /* bytes before the preamble */
	char line[TEXT_CAP];      /* the last line of them */
	struct frame_reader reader;
	size_t out_at, out_len;
	unsigned char out[LINK_OUT_CAP];
};

/* Begins to connect.  NULL: out of memory.  The transport is the link's.  FIRST may be NULL. */
struct link *link_new(struct transport *transport, enum transport_request what, const char *command, uint32_t idle_ms,
                      const struct link_first *first);
/* Takes NULL. */
void link_free(struct link *l);

void link_step(struct link *l, const struct pollfd *fds, unsigned count);
/* 1: *f is a frame that is permitted now, good until the next call; 0: none now; -1: the link is DEAD. */
int link_next(struct link *l, struct frame *f);

/*
 * How much waits to be sent.  Over LINK_OUT_BUSY nothing is read: input must not take it there, or a host that does
 * not read while it writes would wait for us as we for it.
 */
size_t link_queued(const struct link *l);
/* Bytes of whole frames, as the encoders made them; N may be their error. */
void link_put(struct link *l, const unsigned char *frame, int n);
/* For INPUT, ATTACH and LIST, which the host answers: the wait for the answer begins. */
void link_put_data(struct link *l, uint64_t offset, const unsigned char *data, size_t len);
void link_expect(struct link *l, uint64_t now);
/* What the host has acknowledged of the input: nothing new, a part of it, or all that was sent. */
enum link_answer { LINK_ANSWER_NONE, LINK_ANSWER_PART, LINK_ANSWER_ALL };
/*
 * Its acknowledgement has come; answers take TRIP ms on this line, 0: not known.  While input never ceases, the line
 * speaks by what is acknowledged of it.
 */
static inline void
link_answered(struct link *l, enum link_answer what, uint32_t trip)
{
	l->trip = trip;
	if (what == LINK_ANSWER_ALL)
		l->owed = 0;
	if (what == LINK_ANSWER_NONE || l->pinged)
		return;
	if (what == LINK_ANSWER_ALL)
		l->unanswered = 0;
	else if (l->unanswered && l->unanswered < l->heard)
		l->unanswered = l->heard;
}
/* Sends what can be sent at once. */
void link_flush(struct link *l);
/* Whether all has left for the transport, and the transport for the line. */
bool link_flushed(const struct link *l);

/* Whether the link can be given up now, and all that was put into it reaches the host. */
bool link_leave(struct link *l);

/* Whether the connection is lost because this machine no longer has its address. */
bool link_moved(const struct link *l);
/* The link is over. */
void link_fail(struct link *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
