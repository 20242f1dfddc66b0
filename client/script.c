/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config_number.h"
#include "errand.h"
#include "exit_status.h"
#include "fd.h"
#include "frame_script.h"
#include "sieve.h"
#include "target.h"

#define INPUT_MAX 16384 /* in one frame */
#define TIMEOUT_MAX (366 * 86400) /* seconds: as holdfastctl(1) has it */
#define PLACE_CAP 80
#define PIECE_MAX 32768 /* bytes: more than holdfastctl(1) makes one of */

struct script {
	struct errand errand;
	const struct options *o;
	const char *words[FRAME_SCRIPT_WORDS];
	int count;
	bool answered;   /* something of what was asked for has come */
	bool input_ends; /* standard input has ended */
	struct sieve sieve; /* of the host's output, unless it is asked for as it is */
	/*
	 * Where in the output the next connection goes on, in the host's words, "": unknown: where a wait for a text has
	 * begun, or behind the last whole piece of what is followed.
	 */
	char place[PLACE_CAP];
	struct {
		char head[PLACE_CAP + 8]; /* of the piece that comes: its line, as far as it has come */
		size_t head_len;
		bool begun;               /* the head is whole, and these count */
		size_t len, have;
		unsigned char bytes[PIECE_MAX];
	} piece;
	uint64_t sent, taken; /* bytes of it: sent; read by the host's holdfastctl */
};

static unsigned char request[FRAME_SCRIPT_BYTES + 8 * FRAME_SCRIPT_WORDS];

/* The argument of the option OPT; NULL: it is not given. */
static const char *
argument(const struct script *s, int opt)
{
	return s->o->script.argument[opt - SCRIPT_PRINT];
}

/* A wait for a text that comes goes on after a cut where the first one has begun, so it has to know where. */
static bool
needs_place(const struct script *s)
{
	return s->o->script.verb == SCRIPT_WAIT && argument(s, SCRIPT_FOR) &&
	       !s->o->script.given[SCRIPT_SINCE_START - SCRIPT_PRINT];
}

/* What is followed comes in pieces, so that the next connection goes on behind the last one that is whole. */
static bool
in_pieces(const struct script *s)
{
	return s->o->script.verb == SCRIPT_TAIL && s->o->script.given[SCRIPT_FOLLOW - SCRIPT_PRINT];
}

static void
add(struct frame_script *m, const char *word)
{
	if (m->count < FRAME_SCRIPT_WORDS)
		m->word[m->count++] = (struct wire_bytes){ (const unsigned char *)word, strlen(word) };
}

/* SCRIPT, in REQUEST: its length, or a negative errno. */
static int
put_request(const struct script *s)
{
	uint64_t now = clock_now_ms(), until = s->errand.until;
	struct frame_script m = { .count = 0 };
	char left[24];

	snprintf(left, sizeof left, "%llu", (unsigned long long)(until > now ? (until - now + 999) / 1000 : 0));
	for (int i = 0; i < s->count; i++) {
		add(&m, until && s->words[i] == argument(s, SCRIPT_TIMEOUT) ? left : s->words[i]);
		if (i == 0 && (in_pieces(s) || (needs_place(s) && !s->place[0])))
			add(&m, "--tell-offset");
		if (i == 0 && s->place[0]) {
			add(&m, "--since");
			add(&m, s->place);
		}
	}
	return frame_put_script(&m, request, sizeof request);
}

/* SCRIPT, once the host has said HELLO. */
static void
ask(struct script *s, struct link *l)
{
	const char *timeout = argument(s, SCRIPT_TIMEOUT);
	uint64_t seconds;

	link_put(l, request, put_request(s));
	s->piece.head_len = s->piece.have = 0;
	s->piece.begun = false;
	if (timeout && !s->errand.until && config_seconds(timeout, TIMEOUT_MAX, &seconds) == 0)
		s->errand.until = clock_now_ms() + 1000 * seconds;
	l->asked_script = true;
	link_expect(l, clock_now_ms());
}

/* The host does not keep to the protocol in a frame NAME; nor would it the next time. */
static void
wrong(struct link *l, const char *name)
{
	l->wrong = true;
	link_fail(l, "protocol error from host: %s", name);
}

/* Some of standard input, or its end, as a frame. */
static void
send_input(struct script *s, struct link *l)
{
	unsigned char frame[INPUT_MAX + 16], data[INPUT_MAX];
	struct frame_script_data m = { .channel = 0 };
	uint64_t room = FRAME_SCRIPT_WINDOW - (s->sent - s->taken);
	ssize_t n = read(STDIN_FILENO, data, room < sizeof data ? (size_t)room : sizeof data);
	int head;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	m.len = n > 0 ? (size_t)n : 0;
	s->sent += m.len;
	s->input_ends = n <= 0;
	head = frame_put_script_head(FRAME_SCRIPT_INPUT, &m, frame, sizeof frame);
	if (head > 0 && m.len)
		memcpy(frame + head, data, m.len);
	link_put(l, frame, head < 0 ? head : head + (int)m.len);
	link_expect(l, clock_now_ms());
}

static unsigned char safe[FRAME_MAX + SIEVE_HELD];

/* Writes what the host has sent, which may be no host that tells the truth: 0 or a negative errno. */
static int
put_output(struct script *s, const unsigned char *p, size_t len)
{
	if (s->o->script.given[SCRIPT_RAW - SCRIPT_PRINT])
		return fd_write_all(STDOUT_FILENO, p, len);
	s->sieve.looks = s->o->script.given[SCRIPT_ANSI - SCRIPT_PRINT];
	return fd_write_all(STDOUT_FILENO, safe, sieve_pass(&s->sieve, p, len, safe));
}

static int
put_message(const struct frame_script_data *m)
{
	static struct sieve messages;

	return fd_write_all(STDERR_FILENO, safe, sieve_pass(&messages, m->data, m->len, safe));
}

/* A line with the offset, which is for us: whether M is one. */
static bool
take_place(struct script *s, const struct frame_script_data *m)
{
	char text[24];
	const char *p = text;
	uint64_t offset;

	if (m->len < 2 || m->len > sizeof text || m->data[m->len - 1] != '\n')
		return false;
	memcpy(text, m->data, m->len - 1);
	text[m->len - 1] = '\0';
	if (strlen(text) != m->len - 1 || config_number(&p, INT64_MAX, &offset) || *p)
		return false;
	memcpy(s->place, text, m->len);
	return true;
}

/* The line "PLACE LENGTH" of the piece that comes, "-" is no place: whether it is one. */
static bool
take_head(struct script *s)
{
	const char *blank = strchr(s->piece.head, ' '), *p = blank ? blank + 1 : "";
	size_t place_len = blank ? (size_t)(blank - s->piece.head) : 0;
	uint64_t len;

	if (!place_len || place_len >= PLACE_CAP || config_number(&p, PIECE_MAX, &len) || *p)
		return false;
	if (strspn(s->piece.head, "0123456789.") != place_len && strncmp(s->piece.head, "- ", 2) != 0)
		return false;
	s->piece.len = (size_t)len;
	s->piece.have = 0;
	s->piece.begun = true;
	return true;
}

/* The piece is whole: writes it, and goes on behind it the next time.  0 or a negative errno. */
static int
end_piece(struct script *s)
{
	size_t place_len = strcspn(s->piece.head, " ");
	int rc = put_output(s, s->piece.bytes, s->piece.len);

	s->piece.begun = false;
	s->piece.head_len = 0;
	s->answered = s->answered || s->piece.len;
	if (!rc && s->piece.head[0] != '-') {
		memcpy(s->place, s->piece.head, place_len);
		s->place[place_len] = '\0';
	}
	return rc;
}

/* A byte of a head: whether it may be one. */
static bool
add_to_head(struct script *s, unsigned char c)
{
	if (c == '\n') {
		s->piece.head[s->piece.head_len] = '\0';
		return take_head(s);
	}
	if (s->piece.head_len >= sizeof s->piece.head - 1 || c < ' ' || c > '~')
		return false;
	s->piece.head[s->piece.head_len++] = (char)c;
	return true;
}

/* Output of what is followed: 0, -EPROTO, or another negative errno where it can't be written. */
static int
take_pieces(struct script *s, const unsigned char *p, size_t len)
{
	int rc = 0;

	while (!rc && len) {
		size_t n = 1;

		if (s->piece.begun) {
			n = s->piece.len - s->piece.have < len ? s->piece.len - s->piece.have : len;
			memcpy(s->piece.bytes + s->piece.have, p, n);
			s->piece.have += n;
		} else if (!add_to_head(s, *p)) {
			return -EPROTO;
		}
		p += n;
		len -= n;
		if (s->piece.begun && s->piece.have == s->piece.len)
			rc = end_piece(s);
	}
	return rc;
}

/* What has come of the session, or a message of holdfastctl's: 0, or our exit status where it can't be written. */
static int
on_output(struct script *s, struct link *l, const struct frame *f)
{
	struct frame_script_data m;
	int rc;

	if (frame_get_script_data(f->type, &m, f->body, f->len) < 0) {
		wrong(l, "SCRIPT_OUTPUT");
		return 0;
	}
	if (m.channel) {
		s->answered = s->answered || !in_pieces(s);
		put_message(&m);
		return 0;
	}
	if (needs_place(s) && !s->place[0]) {
		if (!take_place(s, &m))
			wrong(l, "the offset of a wait");
		return 0;
	}
	s->answered = s->answered || !in_pieces(s);
	rc = in_pieces(s) ? take_pieces(s, m.data, m.len) : put_output(s, m.data, m.len);
	if (rc == -EPROTO)
		wrong(l, "a piece of what is followed");
	if (!rc || rc == -EPROTO)
		return 0;
	if (rc == -EPIPE)
		return 128 + SIGPIPE; /* as of a program that this signal ends */
	asking_sayf(s->errand.asking, "cannot write: %s", strerror(-rc));
	return STATUS_FAILED;
}

static void
on_taken(struct script *s, struct link *l, const struct frame *f)
{
	uint64_t taken;

	if (frame_get_u64(&taken, f->body, f->len) < 0 || taken < s->taken || taken > s->sent)
		wrong(l, "SCRIPT_TAKEN");
	else
		s->taken = taken;
}

static int
on_end(struct script *s, struct link *l, const struct frame *f)
{
	struct frame_script_end m;

	if (frame_get_script_end(&m, f->body, f->len) < 0) {
		wrong(l, "SCRIPT_END");
		return -1;
	}
	if (m.text[0])
		asking_sayf(s->errand.asking, "%s: %s", target_name(l->transport->target), m.text);
	return (int)m.status;
}

/* It would be the same the next time. */
static void
on_error(struct link *l, const struct frame *f)
{
	struct frame_text t;

	if (frame_get_text(f->type, &t, f->body, f->len) < 0) {
		wrong(l, "ERROR");
		return;
	}
	l->refused = true;
	link_fail(l, "%s", t.text);
}

/* The frames that have come: our exit status, or -1. */
static int
hear(struct script *s, struct link *l)
{
	struct frame f;
	int status = 0;

	while (status == 0 && link_next(l, &f) > 0) {
		if (f.type == FRAME_SCRIPT_OUTPUT)
			status = on_output(s, l, &f);
		else if (f.type == FRAME_SCRIPT_END)
			return on_end(s, l, &f);
		else if (f.type == FRAME_SCRIPT_TAKEN)
			on_taken(s, l, &f);
		else if (f.type == FRAME_ERROR)
			on_error(l, &f);
	}
	return status ? status : -1;
}

/* The host's holdfast is older than this. */
static int
refuse(struct script *s, struct link *l)
{
	asking_sayf(s->errand.asking, "%s: the host has %s, which cannot do %s", target_name(l->transport->target),
	            l->hello.software, options_script_name(s->o->script.verb));
	return STATUS_NO_HOLDFAST;
}

/* --timeout is over, and the host is not there to say so. */
static bool
is_late(const struct errand *e, const struct link *l)
{
	if (!e->until || clock_now_ms() < e->until)
		return false;
	return l->phase < LINK_READY || (l->phase == LINK_DEAD && !l->refused && !l->wrong);
}

static int
converse(struct errand *e, struct link *l)
{
	struct script *s = (struct script *)e;
	int status = hear(s, l);

	if (status < 0 && is_late(e, l)) {
		asking_sayf(e->asking, "timed out: %s has not been reached again", target_name(l->transport->target));
		return STATUS_TIMEOUT;
	}
	if (status >= 0 || l->phase != LINK_READY)
		return status;
	if (!l->asked_script && !frame_has_feature(l->hello.features, FRAME_SCRIPT_FEATURE))
		return refuse(s, l);
	if (!l->asked_script)
		ask(s, l);
	else if (e->input_waits && !s->input_ends)
		send_input(s, l);
	/* What is read here waits in the host's holdfast; when that is full, more of it is not read. */
	e->input = options_script_reads(&s->o->script, s->o->request.run) && !s->input_ends &&
	           s->sent - s->taken < FRAME_SCRIPT_WINDOW && link_queued(l) < LINK_OUT_BUSY / 2 ? STDIN_FILENO : -1;
	link_flush(l);
	return -1;
}

/*
 * To ask twice changes nothing, but for input that may have arrived, and output that would come twice: what is followed
 * goes on behind its last piece.
 */
static bool
again(struct errand *e)
{
	const struct script *s = (const struct script *)e;
	int verb = s->o->script.verb;

	return verb == SCRIPT_WAIT || (verb != SCRIPT_SEND && !s->answered) || (in_pieces(s) && s->place[0]);
}

int
script_run(const struct options *o, struct transport_target *target, struct asking *asking)
{
	static struct script s;

	s = (struct script){ .errand = { .converse = converse, .asking = asking, .input = -1, .again = again }, .o = o };

	s.count = options_script_words(&o->script, o->request.run, s.words, FRAME_SCRIPT_WORDS);
	if (s.count < 0 || put_request(&s) < 0) {
		asking_sayf(asking, "%s: more than %d words, or %d bytes, in all%s", options_script_name(o->script.verb),
		            FRAME_SCRIPT_WORDS, FRAME_SCRIPT_BYTES,
		            o->script.verb == SCRIPT_SEND ? "; - sends standard input, of any length" : "");
		return STATUS_FAILED;
	}
	signal(SIGPIPE, SIG_IGN);
	return errand_run(&s.errand, target);
}
