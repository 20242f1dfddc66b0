/* SPDX-License-Identifier: MIT */
#include "subsystem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base64.h"
#include "frame.h"
#include "frame_redirect.h"
#include "frame_script.h"
#include "frame_session.h"
#include "rootless.h"
#include "paths.h"
#include "pipesize.h"
#include "signals.h"
#include "subsystem_hop.h"
#include "subsystem_list.h"
#include "subsystem_pipe.h"
#include "subsystem_script.h"
#include "sessions.h"

#define FAILED 1
#define AGAIN (-1) /* no status: the client sends ATTACH once more */
#define HINT_MS 1000 /* without a byte: a user may wait for a prompt */

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

struct subsystem {
	struct enter_request *q;
	unsigned char nonce[FRAME_NONCE]; /* the client's */
	struct frame_hello hello;   /* the client's; lowest 0: it has not come */
	struct subsystem_hop hop;   /* HOP */
	struct frame_attach attach; /* points into IN */
	struct frame_script script; /* the same; its count is 0: SCRIPT has not come */
	struct frame_redirect elsewhere; /* where the session is, as we have told the client, or the client us; … */
	bool redirected, known;     /* … we have told it; one of us has */
	const unsigned char *ahead; /* bytes that come over the pipe once more, to be acted on now: */
	size_t ahead_left;
	unsigned char in[FRAME_MAX + 4], out[FRAME_MAX + 4];
};

/* The client's next LEN bytes. */
static int
take(struct subsystem *s, unsigned char *p, size_t len)
{
	if (!s->ahead)
		return subsystem_pipe_read(s->q->in, p, len);
	if (len > s->ahead_left)
		return -EPIPE;
	memcpy(p, s->ahead, len);
	s->ahead += len;
	s->ahead_left -= len;
	return 0;
}

/* What an encoder has left in s->out. */
static int
send_frame(struct subsystem *s, int len)
{
	return len < 0 ? len : subsystem_pipe_write(s->q->out, s->out, (size_t)len);
}

static int
send_error(struct subsystem *s, enum frame_error_code code, const char *text)
{
	struct frame_text m = { .code = code };

	snprintf(m.text, sizeof m.text, "%s", text);
	send_frame(s, frame_put_text(FRAME_ERROR, &m, s->out, sizeof s->out));
	return FAILED;
}

/* 1: *f is the next frame, in s->in; 0: the client has gone; -EBADMSG. */
static int
next_frame(struct subsystem *s, struct frame *f)
{
	unsigned char *p = s->in;
	uint32_t length;

	if (take(s, p, 4) < 0)
		return 0;
	length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (length < 1 || length > FRAME_MAX)
		return -EBADMSG;
	if (take(s, p + 4, length) < 0)
		return 0;
	*f = (struct frame){ .type = p[4], .body = p + FRAME_HEAD, .len = length - 1 };
	return 1;
}

/* The kernel's id of this boot, 32 hexadecimal digits and hyphens, as bytes; zero where there is none. */
static void
read_boot(unsigned char boot[FRAME_KEY])
{
	char text[64] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	size_t n = 0;

	memset(boot, 0, FRAME_KEY);
	if (fd < 0 || read(fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	for (const char *p = text; *p && n < 2 * FRAME_KEY; p++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, *p);

		if (!at)
			continue;
		boot[n / 2] = (unsigned char)(boot[n / 2] << 4 | (unsigned char)(at - digits));
		n++;
	}
}

static int
on_hello(struct subsystem *s, const struct frame *f)
{
	struct frame_hello m = { .lowest = FRAME_VERSION, .highest = FRAME_VERSION,
		                 .software = "holdfast " PACKAGE_VERSION, .features = FRAME_SERVER_FEATURES "," FRAME_SCRIPT_FEATURE
		                             "," FRAME_HOP_FEATURE "," FRAME_REDIRECT_FEATURE };

	if (s->hello.lowest || frame_get_hello(FRAME_HELLO, &s->hello, f->body, f->len) < 0)
		return -EBADMSG;
	if (s->hello.lowest > FRAME_VERSION || s->hello.highest < FRAME_VERSION) {
		send_error(s, FRAME_E_UNSUPPORTED, "this host speaks version 1 of the protocol");
		return -EPROTONOSUPPORT;
	}
	read_boot(m.boot);
	return send_frame(s, frame_put_hello(FRAME_SERVER_HELLO, &m, s->out, sizeof s->out));
}

static int
on_list(struct subsystem *s)
{
	return send_frame(s, subsystem_list(s->q, s->out, sizeof s->out));
}

static int
on_ping(struct subsystem *s, const struct frame *f)
{
	uint64_t token;

	if (frame_get_u64(&token, f->body, f->len) < 0)
		return -EBADMSG;
	return send_frame(s, frame_put_u64(FRAME_SERVER_PONG, token, s->out, sizeof s->out));
}

/* HOP and HOP_VOUCHER, which are answered before ATTACH comes. */
static int
on_hop(struct subsystem *s, const struct frame *f)
{
	int n, rc;

	if (f->type == FRAME_HOP)
		rc = subsystem_hop_begin(&s->hop, &s->q->ticket, f, s->out, sizeof s->out, &n);
	else
		rc = subsystem_hop_voucher(&s->hop, f, s->out, sizeof s->out, &n);
	return rc ? rc : send_frame(s, n);
}

static bool
is_known(uint8_t type)
{
	return type < FRAME_EXTENSION || type == FRAME_ATTACH_AHEAD || type == FRAME_SCRIPT || type == FRAME_REDIRECT ||
	       type == FRAME_HOP || type == FRAME_HOP_VOUCHER;
}

/*
 * One frame before ATTACH: 0, 1 when it was ATTACH or SCRIPT, or a negative errno (-EBADMSG: wrong, or not permitted).
 */
static int
on_frame(struct subsystem *s, const struct frame *f)
{
	if (!is_known(f->type) || (f->type >= FRAME_EXTENSION && !s->hello.lowest))
		return 0;
	if (f->type == FRAME_HELLO)
		return on_hello(s, f);
	if (!s->hello.lowest)
		return -EBADMSG;
	switch (f->type) {
	case FRAME_ATTACH_AHEAD:
		frame_mask(s->in + FRAME_HEAD, f->len, s->nonce);
		return frame_get_attach(&s->attach, f->body, f->len) < 0 ? -EBADMSG : 1;
	case FRAME_PING:
		return on_ping(s, f);
	case FRAME_PONG:
		return 0;
	case FRAME_LIST:
		return f->len ? -EBADMSG : on_list(s);
	case FRAME_HOP:
	case FRAME_HOP_VOUCHER:
		return on_hop(s, f);
	case FRAME_SCRIPT:
		return frame_get_script(&s->script, f->body, f->len) < 0 ? -EBADMSG : 1;
	case FRAME_REDIRECT:
		s->known = true;
		return frame_get_redirect(&s->elsewhere, f->body, f->len) < 0 ? -EBADMSG : 0;
	case FRAME_ATTACH:
		return frame_get_attach(&s->attach, f->body, f->len) < 0 ? -EBADMSG : 1;
	default:
		return -EBADMSG;
	}
}

/*
 * Another node has chosen the session, and cannot know whether it is attached meanwhile.  As on one host, the login must
 * have the identity that the session was started with.  Where this node takes no vouchers (PoolVouch no), a login over
 * another node hardly ever has it; there the other node's choice counts.
 */
static void
fill_chosen(struct subsystem *s)
{
	s->q->mode = ATTACH_MODE_AUTO;
	if (s->hop.begun && s->hop.unvouched)
		s->q->flags |= ATTACH_FLAG_NAMED;
}

/* The client's request, as enter.h takes it. */
static void
fill_request(struct subsystem *s)
{
	static const uint32_t modes[] = {
		[FRAME_AUTO] = 0, [FRAME_NEW] = 0, [FRAME_TAKE] = ATTACH_MODE_TAKE,
		[FRAME_JOIN] = ATTACH_MODE_JOIN, [FRAME_STREAM] = ATTACH_MODE_STREAM,
	};
	struct frame_attach *m = &s->attach;
	struct enter_request *q = s->q;
	bool command = m->command[0] || m->flags & FRAME_PIPES;
	/* The client has come by itself, as another node's REDIRECT has told it, to the session that it has told us of. */
	bool sent_here = s->known && !s->redirected && !(m->flags & FRAME_RELAY);
	bool chosen = m->mode == FRAME_TAKE && m->flags & FRAME_IF_DROPPED;

	/* As sshd without a pty: a login shell that reads a script. */
	if (m->flags & FRAME_PIPES && !m->command[0])
		snprintf(m->command, sizeof m->command, "exec \"$SHELL\" -l");
	q->framed = m;
	q->lowest = s->hello.lowest;
	q->highest = s->hello.highest;
	q->features = s->hello.features;
	q->mode = modes[m->mode];
	q->no_display = m->mode != FRAME_STREAM && !getenv("DISPLAY") && frame_has_feature(q->features, FRAME_X11_FEATURE);
	q->want = m->mode == FRAME_NEW || (m->mode == FRAME_AUTO && command) ? "new" : m->want[0] ? m->want : NULL;
	q->name = m->name[0] ? m->name : NULL;
	q->flags = (m->flags & FRAME_READONLY ? ATTACH_FLAG_READONLY : 0) |
	           (m->flags & FRAME_QUIET ? ATTACH_FLAG_QUIET : 0);
	if (chosen)
		fill_chosen(s);
	q->must_exist = m->flags & FRAME_MUST_EXIST;
	q->create_named = m->mode == FRAME_TAKE && !q->must_exist;
	q->redirects = frame_has_feature(s->hello.features, FRAME_REDIRECT_FEATURE) && !s->redirected;
	q->relay = m->flags & FRAME_RELAY && s->known ? &s->elsewhere : NULL;
	q->unique = s->hop.begun ? s->hop.unique : sent_here ? s->elsewhere.unique : NULL;
	q->no_hop = s->hop.begun || chosen || sent_here || (s->redirected && !q->relay);
}

/* What a client sends ahead waits in this pipe until the session has started. */
static void
widen_input(const struct subsystem *s)
{
	int waits = 0;

	if (s->q->framed->command[0] && ioctl(STDIN_FILENO, FIONREAD, &waits) == 0 && waits >= PIPESIZE_BULK)
		pipesize_widen(STDIN_FILENO);
}

/* The session is on another node: the client goes there itself, or has us relay. */
static int
redirect(struct subsystem *s, const struct enter_result *res)
{
	s->elsewhere = res->elsewhere;
	s->redirected = s->known = true;
	return send_frame(s, frame_put_redirect(&s->elsewhere, s->out, sizeof s->out)) < 0 ? FAILED : AGAIN;
}

/* The status, or AGAIN. */
static int
attach(struct subsystem *s)
{
	const struct frame_attach *m = &s->attach;
	struct enter_result res;

	if (access(PATH_DISABLED, F_OK) == 0)
		return send_error(s, FRAME_E_DISABLED, "switched off on this host");
	if (m->mode >= FRAME_TAKE && !m->want[0])
		return send_error(s, FRAME_E_PROTOCOL, "no session named");
	if (m->name[0] && !attach_name_ok(m->name))
		return send_error(s, FRAME_E_PROTOCOL, "not a valid session name: use " ATTACH_NAME_RULE);
	if (m->mode == FRAME_NEW && m->flags & FRAME_MUST_EXIST)
		return send_error(s, FRAME_E_PROTOCOL, "conflicting flags: a new session, and never start one");
	fill_request(s);
	widen_input(s);
	enter_run(s->q, &res);
	switch (res.outcome) {
	case ENTER_EXIT:
		return res.value;
	case ENTER_SIGNAL:
		return 128 + res.value;
	case ENTER_DETACHED:
		return 0;
	case ENTER_ELSEWHERE:
		return redirect(s, &res);
	case ENTER_NOT:
	case ENTER_SKIPPED:
		return send_error(s, res.code ? res.code : FRAME_E_TROUBLE,
		                  res.text[0] ? res.text : "no session was entered");
	default:
		return FAILED; /* the keeper may have been in the middle of a frame */
	}
}

/* Frames up to ATTACH or SCRIPT, and what these ask for: the status, or AGAIN. */
static int
serve_frames(struct subsystem *s)
{
	struct frame f;
	int rc;

	while ((rc = next_frame(s, &f)) > 0) {
		rc = on_frame(s, &f);
		if (rc)
			break;
	}
	subsystem_hop_end(&s->hop);
	/* What was sent ahead is one new session's ATTACH, and no more. */
	if (rc > 0 && s->ahead && (s->ahead_left || s->attach.mode != FRAME_NEW))
		rc = -EBADMSG;
	if (rc == -EBADMSG)
		return send_error(s, FRAME_E_PROTOCOL, "malformed or unexpected frame");
	if (rc > 0 && s->script.count)
		return subsystem_script_run(SUBSYSTEM_SCRIPT_PROGRAM, &s->script, s->q->in, s->q->out);
	return rc > 0 ? attach(s) : FAILED;
}

/* The first byte of the preamble has been taken. */
static int
serve_client(struct subsystem *s)
{
	unsigned char preamble[FRAME_PREAMBLE];
	int status;

	memcpy(preamble, frame_magic, sizeof frame_magic);
	if (take(s, preamble + 1, sizeof preamble - 1) < 0 ||
	    memcmp(preamble, frame_magic, sizeof frame_magic) != 0 ||
	    subsystem_pipe_write(s->q->out, preamble, sizeof preamble) < 0)
		return FAILED;
	memcpy(s->nonce, preamble + sizeof frame_magic, sizeof s->nonce);
	do
		status = serve_frames(s);
	while (status == AGAIN);
	return status;
}

static void
say(const struct enter_request *q, const char *text)
{
	if (text[0])
		dprintf(q->out, "holdfast: %s\r\n", text);
}

/* Waits for the first byte: 1, with the byte; 0: end of file; -EPIPE: no process would read an answer. */
static int
meet(const struct enter_request *q, unsigned char *byte)
{
	struct pollfd p[] = { { .fd = q->in, .events = POLLIN }, { .fd = q->out, .events = 0 } };
	int timeout = HINT_MS;

	for (;;) {
		int n = poll(p, 2, timeout);

		if (n < 0 && errno != EINTR)
			return -EPIPE;
		if (n == 0) {
			say(q, "no terminal; using 80 columns by 24 rows. For a full terminal: ssh -t HOST -s "
			       "resume");
			timeout = -1;
		}
		if (n <= 0)
			continue;
		if (p[1].revents & (POLLERR | POLLHUP | POLLNVAL))
			return -EPIPE;
		return subsystem_pipe_read(q->in, byte, 1) == 0;
	}
}

static int
serve_person(struct enter_request *q, const char *typed, size_t len)
{
	struct enter_result res;

	if (access(PATH_DISABLED, F_OK) == 0) {
		say(q, "switched off on this host");
		return FAILED;
	}
	q->typed = typed;
	q->typed_len = len;
	enter_run(q, &res);
	say(q, res.text);
	switch (res.outcome) {
	case ENTER_EXIT:
		return res.value;
	case ENTER_SIGNAL:
		return signals_end_by(res.value);
	case ENTER_DETACHED:
		return 0;
	default:
		return FAILED;
	}
}

/*
 * What the client sends first, as sshd has it from its environment before it takes any byte of the channel: a preamble,
 * HELLO and ATTACH_AHEAD.  TEXT is not to be seen by what is started here.  How many bytes; 0: TEXT is something else.
 */
static size_t
read_ahead(const char *text, unsigned char *out, size_t cap)
{
	long n = text ? base64_decode(text, strlen(text), out, cap) : 0;

	unsetenv(FRAME_ATTACH_VARIABLE);
	return n > FRAME_PREAMBLE && memcmp(out, frame_magic, sizeof frame_magic) == 0 ? (size_t)n : 0;
}

/* The status; the client has sent LEN bytes ahead. */
static int
serve_ahead(struct enter_request *q, const unsigned char *ahead, size_t len)
{
	struct subsystem *s = calloc(1, sizeof *s);
	int status;

	if (!s)
		return FAILED;
	s->q = q;
	s->ahead = ahead + 1;
	s->ahead_left = len - 1;
	q->ahead = (uint32_t)len;
	status = serve_client(s);
	free(s);
	return status;
}

int
subsystem_run(struct enter_request *q)
{
	unsigned char ahead[FRAME_ATTACH_VARIABLE_MAX];
	size_t len = read_ahead(getenv(FRAME_ATTACH_VARIABLE), ahead, sizeof ahead);
	struct subsystem *s;
	unsigned char byte;
	int met, status;

	if (len)
		return serve_ahead(q, ahead, len);
	met = meet(q, &byte);
	if (met < 0)
		return FAILED;
	if (met == 0 || byte != frame_magic[0])
		return serve_person(q, (const char *)&byte, (size_t)met);
	s = calloc(1, sizeof *s);
	if (!s)
		return FAILED;
	s->q = q;
	status = serve_client(s);
	free(s);
	return status;
}
