/* SPDX-License-Identifier: MIT */
/*
 * fuzz_local: any bytes into the decoders of the local sockets' messages (attach.h, leadermsg.h, leaderctl.h, vouch.h,
 * shellmsg.h); root's
 * processes read some of these.  If a decoder accepts a message, the encoder must write it, the decoder must accept the
 * written bytes, and the encoder must then write the same bytes again.
 *
 * An input is a byte that chooses the decoder, and the message.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "attach_who.h"
#include "leadermsg.h"
#include "leaderctl.h"
#include "shellmsg.h"
#include "vouch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned char out[MESSAGE_MAX], again[MESSAGE_MAX];

static void
must(bool ok, const char *what, const char *message)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", message, what);
	abort();
}

/*
 * Decodes the message into M; if the decoder accepts it, writes M to OUT, decodes OUT and writes that once more.  GET
 * decodes LEN bytes at P into M, PUT writes M to TO and returns the number of bytes, FREE_IT frees the memory of M.
 */
#define ROUND(name, type, get, put, free_it)                                                                           \
	static void name(const uint8_t *p, size_t len)                                                                 \
	{                                                                                                              \
		static type m;                                                                                         \
		unsigned char *to = out;                                                                               \
		int n, first = *p;                                                                                     \
		(void)first;                                                                                           \
		if (get)                                                                                               \
			return;                                                                                        \
		n = (put);                                                                                             \
		free_it;                                                                                               \
		must(n > 0, "taken, and not written", #name);                                                          \
		p = out;                                                                                               \
		len = (size_t)n;                                                                                       \
		must((get) == 0, "written, and not taken", #name);                                                     \
		to = again;                                                                                            \
		must((put) == n && memcmp(out, again, len) == 0, "written otherwise the second time", #name);          \
		free_it;                                                                                               \
	}

/* Encoders of messages of a fixed length return nothing. */
#define FIXED(call, bytes) (call, (int)(bytes))
#define NOTHING (void)0

struct name { char v[NAME_CAP]; };
struct text { char v[TEXT_CAP]; };

ROUND(status, struct attach_status, attach_decode_status(&m, p, len), attach_encode_status(&m, to, sizeof out), NOTHING)
ROUND(claim, struct attach_claim, attach_decode_claim(&m, p, len), attach_encode_claim(&m, to, sizeof out),
      (envlist_free(&m.env), free(m.command)))
ROUND(number, uint32_t, attach_decode_number(&m, p, len), attach_encode_number((uint8_t)first, m, to, sizeof out),
      NOTHING)
ROUND(refused, struct attach_refused, attach_decode_refused(&m, p, len),
      attach_encode_refused((uint8_t)first, &m, to, sizeof out), NOTHING)
ROUND(verdict, struct attach_verdict, attach_decode_verdict(&m, p, len), attach_encode_verdict(&m, to, sizeof out),
      NOTHING)
ROUND(ended, struct attach_exit, attach_decode_exit(&m, p, len), attach_encode_exit(&m, to, sizeof out), NOTHING)
ROUND(detached, struct attach_detached, attach_decode_detached(&m, p, len),
      attach_encode_detached((uint8_t)first, &m, to, sizeof out), NOTHING)
ROUND(text, struct text, attach_decode_text(m.v, p, len), attach_encode_text((uint8_t)first, m.v, to, sizeof out),
      NOTHING)
ROUND(name, struct name, attach_decode_name(m.v, p, len), attach_encode_name(m.v, to, sizeof out), NOTHING)
ROUND(env, struct envlist, attach_decode_env(&m, p, len), attach_encode_env(&m, to, sizeof out), envlist_free(&m))
ROUND(init, struct leadermsg_init, leadermsg_decode_init(&m, p, len), leadermsg_encode_init(&m, to, sizeof out), envlist_free(&m.env))
ROUND(vouched, struct leadermsg_vouched, leadermsg_decode_vouched(&m, p, len), leadermsg_encode_vouched(&m, to, sizeof out), NOTHING)
ROUND(sockets, struct leadermsg_sockets, leadermsg_decode_sockets(&m, p, len), leadermsg_encode_sockets(&m, to, sizeof out), NOTHING)
ROUND(peer_is, struct leadermsg_peer_is, leadermsg_decode_peer_is(&m, p, len), leadermsg_encode_peer_is(&m, to, sizeof out), NOTHING)
ROUND(report, struct leadermsg_report, leadermsg_decode_report(&m, p, len),
      FIXED(leadermsg_encode_report(&m, to), LEADERMSG_REPORT_BYTES), NOTHING)
ROUND(ctl_request, enum leaderctl_op, leaderctl_decode_request(&m, p, len),
      FIXED(leaderctl_encode_request(m, to), LEADERCTL_REQUEST_BYTES), NOTHING)
ROUND(ctl_reply, struct leaderctl_reply, leaderctl_decode_reply(&m, p, len),
      FIXED(leaderctl_encode_reply(&m, to), LEADERCTL_REPLY_BYTES), NOTHING)
ROUND(request, struct vouch_request, vouch_decode_request(&m, p, len),
      FIXED(vouch_encode_request(&m, to), VOUCH_REQUEST_BYTES), NOTHING)
ROUND(reply, struct vouch_reply, vouch_decode_reply(&m, p, len), vouch_encode_reply(&m, to, sizeof out), NOTHING)

/* In the order of seeds_local.py. */
ROUND(shell_ended, struct leadermsg_shell_ended, leadermsg_decode_shell_ended(&m, p, len),
      leadermsg_encode_shell_ended(&m, to, sizeof out), NOTHING)

ROUND(start, struct shellmsg, shellmsg_decode(&m, p, len), shellmsg_encode(&m, to, sizeof out), envlist_free(&m.env))

ROUND(who, struct attach_who, attach_decode_who(&m, p, len), attach_encode_who(&m, to, sizeof out), NOTHING)
ROUND(ctl_attached, struct leaderctl_attached, leaderctl_decode_attached(&m, p, len),
      leaderctl_encode_attached(m.v, m.count, to, sizeof out), NOTHING)

static void (*const rounds[])(const uint8_t *p, size_t len) = {
	status, claim, number, refused, verdict, ended, detached, text, name, env, init, vouched, sockets, peer_is, report,
	ctl_request, ctl_reply, request, reply, shell_ended, start, who, ctl_attached,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No socket delivers an empty message, or a longer one. */
	if (size >= 2 && size <= MESSAGE_MAX && data[0] < sizeof rounds / sizeof *rounds)
		rounds[data[0]](data + 1, size - 1);
	return 0;
}
