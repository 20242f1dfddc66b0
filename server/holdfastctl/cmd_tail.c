/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_number.h"
#include "ctl.h"
#include "following.h"
#include "plaintext.h"
#include "scripting.h"

#define LINES 10
#define LINES_MAX 1000000
#define RAW_MAX ((size_t)64 << 20) /* of output from before */
#define PIECE ((size_t)16384)

/*
 * With --tell-offset what is printed comes in pieces, each behind a line "PLACE LENGTH": a tail that is begun anew with
 * --since PLACE goes on behind that piece.  "-" is no place: of lines from before.
 */
struct place {
	uint64_t created_ms; /* of the session: its number is used again */
	uint64_t offset;     /* of its output: what follows makes the same lines without what has come before */
	uint64_t lines;      /* so many lines of what follows have been printed */
};

struct tail {
	size_t lines;      /* -n */
	bool follow, raw, tell, since;
	struct place place;
	uint64_t pass;     /* lines that the one before has printed */
	uint64_t missing;  /* bytes of the session's last output that nobody will get */
	uint64_t before;   /* output up to there was there at the start */
	bool live;         /* all of that has come */
	/* Text: the latest lines. */
	struct plaintext text;
	char **line;       /* LINES places, which begin at COUNT % LINES; owned */
	size_t count;
	/* Raw: all of it; owned. */
	unsigned char *bytes;
	size_t len;
};

/* What tells where a tail goes on behind the LEN bytes that follow. */
static void
put_head(const struct tail *t, size_t len)
{
	if (t->tell && t->live)
		printf("%llu.%llu.%llu %zu\n", (unsigned long long)t->place.created_ms,
		       (unsigned long long)t->place.offset, (unsigned long long)t->place.lines, len);
	else if (t->tell)
		printf("- %zu\n", len);
}

static void
put_line(const struct tail *t, const char *text, size_t len)
{
	put_head(t, len + 1);
	fwrite(text, 1, len, stdout);
	putchar('\n');
}

static void
put_raw(struct tail *t, const unsigned char *p, size_t len)
{
	for (size_t n; len; p += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		if (t->live)
			t->place.offset += n;
		put_head(t, n);
		fwrite(p, 1, n, stdout);
	}
}

static void
on_line(void *object, const char *text, size_t len)
{
	struct tail *t = object;
	char **place;

	t->place.lines++;
	if (t->live && t->pass) {
		t->pass--;
		return;
	}
	if (t->live) {
		put_line(t, text, len);
		return;
	}
	if (!t->lines)
		return;
	place = &t->line[t->count++ % t->lines];
	free(*place);
	*place = strdup(text);
}

/* The lines from before, the oldest of them first. */
static void
show_lines(struct tail *t)
{
	size_t first = t->count > t->lines ? t->count - t->lines : 0;

	for (size_t i = first; i < t->count; i++)
		if (t->line[i % t->lines])
			put_line(t, t->line[i % t->lines], strlen(t->line[i % t->lines]));
}

static void
keep_raw(struct tail *t, const unsigned char *p, size_t len)
{
	unsigned char *more;

	if (t->len + len > RAW_MAX) {
		memmove(t->bytes, t->bytes + t->len / 2, t->len - t->len / 2);
		t->len -= t->len / 2;
	}
	more = realloc(t->bytes, t->len + len);
	if (!more)
		return;
	t->bytes = more;
	memcpy(more + t->len, p, len);
	t->len += len;
}

static void
show_raw(struct tail *t)
{
	size_t at = t->len, lines = t->lines;

	/* The newline that ends the last line ends no line before it. */
	if (at && t->bytes[at - 1] == '\n')
		at--;
	while (at && !(t->bytes[at - 1] == '\n' && --lines == 0) && lines)
		at--;
	if (t->lines)
		put_raw(t, t->bytes + at, t->len - at);
}

/* The line that has not ended. */
static void
show_rest(const struct tail *t)
{
	char rest[PLAINTEXT_BYTES];
	size_t len = plaintext_rest(&t->text, rest);

	if (len)
		put_line(t, rest, len);
}

/* All output from before has come. */
static void
go_live(struct tail *t)
{
	char rest[PLAINTEXT_BYTES];

	/* The line that has not ended is the last one. */
	if (!t->raw && !t->follow && t->lines && plaintext_rest(&t->text, rest))
		on_line(t, rest, strlen(rest));
	if (t->raw)
		show_raw(t);
	else
		show_lines(t);
	t->live = true;
	put_head(t, 0);
}

/* LEN bytes of output from OFFSET on, as text. */
static void
feed(struct tail *t, uint64_t offset, const unsigned char *p, size_t len)
{
	while (len) {
		const unsigned char *newline = memchr(p, '\n', len);
		size_t n = newline ? (size_t)(newline - p) + 1 : len;

		plaintext_feed(&t->text, p, n);
		offset += n;
		p += n;
		len -= n;
		if (newline && plaintext_is_new(&t->text)) {
			t->place.offset = offset;
			t->place.lines = 0;
		}
	}
}

static void
take_bytes(struct tail *t, uint64_t offset, const unsigned char *p, size_t len)
{
	if (!t->raw) {
		feed(t, offset, p, len);
		return;
	}
	t->place.offset = offset;
	if (t->live) {
		put_raw(t, p, len);
		return;
	}
	keep_raw(t, p, len);
	t->place.offset += len;
}

static void
take_gap(struct tail *t, const struct following_event *ev)
{
	uint64_t len = ev->to - ev->offset;

	t->place.offset = ev->to;
	t->place.lines = t->pass = 0;
	if (ev->last)
		t->missing = len;
	else if (t->live)
		ctl_error("%llu bytes of output were faster than this command, and are left out", (unsigned long long)len);
}

static void
take_output(struct tail *t, const struct following_event *ev)
{
	/* A packet may have bytes from before and later ones. */
	size_t old = t->live || ev->offset >= t->before ? 0 : (size_t)(t->before - ev->offset);

	if (old > ev->len)
		old = ev->len;
	if (old)
		take_bytes(t, ev->offset, ev->bytes, old);
	if (!t->live && ev->offset + ev->len >= t->before)
		go_live(t);
	if (t->follow && ev->len > old)
		take_bytes(t, ev->offset + old, ev->bytes + old, ev->len - old);
}

static void
take(struct tail *t, const struct following_event *ev)
{
	if (ev->what == FOLLOWING_GAP)
		take_gap(t, ev);
	else if (ev->what == FOLLOWING_OUTPUT)
		take_output(t, ev);
	if (t->follow)
		fflush(stdout);
}

static int
follow(struct tail *t, struct following *f)
{
	struct following_event ev = { .what = FOLLOWING_GAP };
	int rc = 1;

	if (f->next >= t->before)
		go_live(t);
	fflush(stdout);
	while (rc > 0 && ev.what != FOLLOWING_END && !ferror(stdout) && (t->follow || !t->live)) {
		rc = following_next(f, &ev, -1);
		if (rc == -EINTR)
			rc = 1;
		else if (rc > 0)
			take(t, &ev);
	}
	if (!t->live)
		go_live(t);
	if (t->follow && !t->raw && ev.what == FOLLOWING_END && !t->missing)
		show_rest(t);
	return rc > 0 ? 0 : rc;
}

/* Which part of the output is asked for; 0, or -ENOENT: --since is of another session. */
static int
begin(struct tail *t, const struct attach_status *s, struct attach_follow *from)
{
	*from = (struct attach_follow){ .from = t->lines ? ATTACH_FOLLOW_OLDEST : ATTACH_FOLLOW_NOW };
	t->before = s->offset;
	if (!t->since) {
		t->place.created_ms = s->created_ms;
		return 0;
	}
	*from = (struct attach_follow){ .from = ATTACH_FOLLOW_OFFSET, .offset = t->place.offset };
	t->before = t->place.offset;
	t->pass = t->place.lines;
	t->place.lines = 0;
	return t->place.created_ms == s->created_ms ? 0 : -ENOENT;
}

static int
run_tail(struct tail *t, const struct attach_status *s)
{
	struct attach_follow from;
	struct following f;
	int rc = begin(t, s, &from);

	if (rc) {
		ctl_error("the session has ended, and another one has its number: %u", s->id);
		return CTL_NO_SESSION;
	}
	t->line = calloc(t->lines + 1, sizeof *t->line);
	if (!t->line) {
		ctl_error("out of memory");
		return CTL_FAILED;
	}
	plaintext_begin(&t->text, on_line, t);
	rc = following_begin(&f, ctl_uid(), s->id, &from);
	if (!rc) {
		t->place.offset = f.next;
		rc = follow(t, &f);
	}
	if (rc)
		rc = scripting_error(s->id, rc, &f.refused);
	else
		rc = t->missing ? scripting_cut(s->id, t->missing) : CTL_OK;
	following_close(&f);
	for (size_t i = 0; i < t->lines; i++)
		free(t->line[i]);
	free(t->line);
	free(t->bytes);
	return rc;
}

static bool
take_number(const char *text, size_t *lines)
{
	const char *p = text;
	uint64_t n;

	if (config_number(&p, LINES_MAX, &n) || *p)
		return false;
	*lines = (size_t)n;
	return true;
}

static bool
take_place(const char *text, struct tail *t)
{
	const char *p = text;
	struct place at;

	if (config_number(&p, INT64_MAX, &at.created_ms) || *p++ != '.' || config_number(&p, INT64_MAX, &at.offset) ||
	    *p++ != '.' || config_number(&p, INT64_MAX, &at.lines) || *p)
		return false;
	t->place = at;
	t->since = true;
	return true;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "tell-offset", no_argument, NULL, 'T' }, { "since", required_argument, NULL, 'o' },
		{ "follow", no_argument, NULL, 'f' }, { "lines", required_argument, NULL, 'n' },
		{ "raw", no_argument, NULL, 'r' }, { "user", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	static struct tail t = { .lines = LINES };
	struct attach_status s;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":fn:u:", options)) != -1) {
		if (opt == 'f')
			t.follow = true;
		else if (opt == 'r')
			t.raw = true;
		else if (opt == 'T')
			t.tell = true;
		else if (opt == 'o' && !take_place(optarg, &t))
			return ctl_usage(self, "option --since needs a place (see --tell-offset), found \"%s\"", optarg);
		else if (opt == 'n' && !take_number(optarg, &t.lines))
			return ctl_usage(self, "option --lines needs a number of lines, 0 to %d, found \"%s\"", LINES_MAX, optarg);
		else if (opt != 'u' && opt != 'n' && opt != 'o')
			return ctl_bad_option(self, opt, argv);
		else if (opt == 'u' && (rc = ctl_user(optarg)))
			return rc;
	}
	if ((t.tell || t.since) && !t.follow)
		return ctl_usage(self, "%s needs --follow", t.tell ? "--tell-offset" : "--since");
	rc = ctl_words(self, argc, argv, 1);
	if (!rc)
		rc = scripting_target(self, argv[optind], t.follow, &s);
	if (rc)
		return rc;
	scripting_note(&s, "peek", self->name);
	return run_tail(&t, &s);
}

const struct ctl_command cmd_tail = {
	.name = "tail",
	.args = "[-u USER] [-f] [-n LINES] [--raw] [ID|NAME]",
	.summary = "Print the end of a session's output",
	.help = "As lines of text, without what only a terminal understands, and without what a program shows on\n"
	        "the other screen (vim, less).  holdfastctl print shows the screen.\n"
	        "  -f, --follow       go on, line by line, until the session ends\n"
	        "  -n, --lines LINES  so many lines of earlier output (10)\n"
	        "  --raw              the bytes as the programs have printed them\n"
	        "  --tell-offset      with --follow: a line PLACE LENGTH before each piece of so many bytes\n"
	        "  --since PLACE      with --follow: go on behind the piece of that PLACE\n"
	        "  -u, --user USER    a session of USER's (root)\n",
	.run = run,
};
