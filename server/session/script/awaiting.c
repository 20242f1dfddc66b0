/* SPDX-License-Identifier: MIT */
#include "awaiting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "following.h"
#include "plaintext.h"
#include "sessions.h"

struct wait {
	struct awaiting *a;
	struct following f;
	struct plaintext text;
	bool matched;
	uint64_t until;
	/* PROMPT */
	uint64_t look_at;            /* clock_now_ms() */
	bool seems;                  /* at the last look it was at its prompt … */
	struct attach_quiet then;    /* … and this was so */
};

static void
on_line(void *object, const char *text, size_t len)
{
	struct wait *w = object;

	(void)len;
	if (w->a->what == AWAITING_TEXT && !w->matched)
		w->matched = regexec(w->a->pattern, text, 0, NULL, 0) == 0;
}

/* Whether the line that has not ended matches. */
static bool
rest_matches(struct wait *w)
{
	char rest[PLAINTEXT_BYTES];

	plaintext_rest(&w->text, rest);
	return regexec(w->a->pattern, rest, 0, NULL, 0) == 0;
}

static int
ask_quiet(const struct wait *w, struct attach_quiet *m)
{
	unsigned char msg[8], reply[TEXT_CAP + 64];
	int len = attach_encode_plain(ATTACH_MSG_QUIET, msg, sizeof msg), fd = session_connect(w->a->uid, w->a->id), n;

	if (fd < 0)
		return fd;
	n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, FOLLOWING_ANSWER_MS);
	close(fd);
	if (n < 0)
		return n;
	return attach_decode_quiet(m, reply, (size_t)n);
}

/* MARK: the last one of a shell's (OSC 133); 'A' and 'B' stand around a prompt, 'C' where a command's output begins. */
static bool
is_at_prompt(const struct attach_quiet *m, char mark)
{
	if (m->flags & ATTACH_QUIET_UNREAD)
		return false;
	if (!(m->flags & ATTACH_QUIET_SHELL))
		return mark == 'A' || mark == 'B';
	/* A shell that marks its prompts, and reads for a command of its own (read). */
	if (mark == 'C' && m->flags & ATTACH_QUIET_LINES)
		return false;
	return m->flags & ATTACH_QUIET_READS;
}

/* The second time that nothing has changed. */
static bool
is_sure(const struct wait *w, const struct attach_quiet *m)
{
	return w->seems && m->offset == w->then.offset && m->fed == w->then.fed;
}

/* Looks at the session: whether it is at its prompt. */
static bool
look(struct wait *w)
{
	struct attach_quiet m;
	bool sure;

	/* A keeper that is just replaced answers the next time. */
	if (ask_quiet(w, &m) < 0) {
		w->seems = false;
		w->look_at = clock_now_ms() + AWAITING_QUIET_MS;
		return false;
	}
	w->a->flags = m.flags;
	sure = is_sure(w, &m);
	w->seems = m.offset == w->f.next && is_at_prompt(&m, w->text.mark);
	w->then = m;
	w->look_at = clock_now_ms() + (w->seems ? AWAITING_SURE_MS : AWAITING_LOOK_MS);
	return w->seems && sure;
}

static int
take(struct wait *w, const struct following_event *ev)
{
	struct awaiting *a = w->a;

	if (ev->what == FOLLOWING_END) {
		a->exit = ev->exit;
		snprintf(a->cause, sizeof a->cause, "%s", w->f.cause);
		return a->what == AWAITING_END ? 0 : w->matched ? 0 : -ESHUTDOWN;
	}
	if (ev->what == FOLLOWING_OUTPUT) {
		if (a->what != AWAITING_END)
			plaintext_feed(&w->text, ev->bytes, ev->len);
		w->look_at = clock_now_ms() + AWAITING_QUIET_MS;
		w->seems = false;
	}
	return a->what == AWAITING_TEXT && ev->what == FOLLOWING_OUTPUT && (w->matched || rest_matches(w)) ? 0
	                                                                                                   : -EAGAIN;
}

/* How long nothing has to be done. */
static int
patience(const struct wait *w, uint64_t now)
{
	uint64_t due = w->until;

	if (w->a->what == AWAITING_PROMPT)
		clock_sooner(&due, w->look_at);
	return due == CLOCK_NEVER ? -1 : due <= now ? 0 : due - now > 3600000 ? 3600000 : (int)(due - now);
}

static int
run(struct wait *w)
{
	struct following_event ev;
	int rc;

	for (;;) {
		uint64_t now = clock_now_ms();

		rc = following_next(&w->f, &ev, patience(w, now));
		if (rc < 0 && rc != -EINTR)
			return rc;
		if (rc > 0 && (rc = take(w, &ev)) != -EAGAIN)
			return rc;
		now = clock_now_ms();
		if (w->a->what == AWAITING_PROMPT && now >= w->look_at && look(w))
			return 0;
		if (now >= w->until)
			return -ETIMEDOUT;
	}
}

static struct attach_follow
where_to_begin(const struct awaiting *a)
{
	struct attach_follow m = { .from = ATTACH_FOLLOW_NOW };

	if (a->what == AWAITING_TEXT && a->since_start)
		m.from = ATTACH_FOLLOW_OLDEST;
	if (a->what == AWAITING_TEXT && a->since_offset)
		m = (struct attach_follow){ .from = ATTACH_FOLLOW_OFFSET, .offset = a->offset };
	if (a->what == AWAITING_PROMPT) {
		m.from = ATTACH_FOLLOW_OFFSET;
		m.offset = a->offset > AWAITING_MARK_LOOK ? a->offset - AWAITING_MARK_LOOK : 0;
	}
	return m;
}

int
awaiting_run(struct awaiting *a)
{
	static struct wait w;
	struct attach_follow from = where_to_begin(a);
	int rc;

	w = (struct wait){ .a = a, .until = CLOCK_NEVER, .look_at = clock_now_ms() + AWAITING_SURE_MS };
	if (a->timeout_ms >= 0)
		w.until = clock_now_ms() + (uint64_t)a->timeout_ms;
	plaintext_begin(&w.text, on_line, &w);
	w.text.whole = true;
	rc = following_begin(&w.f, a->uid, a->id, &from);
	if (!rc)
		rc = run(&w);
	a->refused = w.f.refused;
	following_close(&w.f);
	return rc;
}
