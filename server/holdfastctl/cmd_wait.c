/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "awaiting.h"
#include "clock.h"
#include "config_number.h"
#include "ctl.h"
#include "ends.h"
#include "scripting.h"

#define TIMEOUT_MAX (366 * 86400) /* seconds */
#define END_WRITTEN_MS 1000       /* a session's leader writes the record a moment after it has gone */
#define END_AGAIN_MS 50

static int
status_of(bool signaled, uint32_t value)
{
	return signaled ? 128 + (int)value : (int)value;
}

/* The latest end of the caller's session WORD, a number or a name, since SINCE_MS: whether there was one; *STATUS. */
static bool
find_end(const char *word, uint64_t since_ms, int *status)
{
	const struct endrecord *last = NULL;
	struct endrecord *v;
	uint32_t id = attach_id(word);
	size_t count;

	if (ctl_uid() != getuid() || ends_mine(&v, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (v[i].time_ms >= since_ms && (id ? v[i].session == id : strcmp(v[i].name, word) == 0))
			last = &v[i];
	if (last && !last->has_status)
		last = NULL;
	if (last && WIFSIGNALED((int)last->status))
		*status = status_of(true, (uint32_t)WTERMSIG((int)last->status));
	else if (last)
		*status = status_of(false, (uint32_t)WEXITSTATUS((int)last->status));
	free(v);
	return last != NULL;
}

/* The same for a session that may have ended just now. */
static bool
has_ended(const char *word, uint64_t since_ms, int *status)
{
	uint64_t until = clock_now_ms() + END_WRITTEN_MS;
	bool found;

	while (!(found = find_end(word, since_ms, status)) && clock_now_ms() < until)
		poll(NULL, 0, END_AGAIN_MS);
	return found;
}

static void
say_timeout(const struct awaiting *a)
{
	const char *what = a->what == AWAITING_TEXT ? "has not printed that" : a->what == AWAITING_END ? "has not ended"
	                                                                     : "is not at a prompt";
	const char *why = "";

	if (a->what == AWAITING_PROMPT && a->flags & ATTACH_QUIET_COMMAND)
		why = ": it runs a command and no shell";
	else if (a->what == AWAITING_PROMPT && !(a->flags & ATTACH_QUIET_SHELL))
		why = ": another program is in front";
	ctl_error("timed out: session %u %s%s", a->id, what, why);
}

static int
outcome(const struct awaiting *a, int rc)
{
	char how[48];

	switch (rc) {
	case 0:
		return a->what == AWAITING_END ? status_of(a->exit.signaled, a->exit.value) : CTL_OK;
	case -ETIMEDOUT:
		say_timeout(a);
		return CTL_TIMEOUT;
	case -ESHUTDOWN:
		snprintf(how, sizeof how, a->exit.signaled ? "signal %u" : "exit status %u", (unsigned)a->exit.value);
		ctl_error("session %u has ended before that: %s%s%s", a->id, how, a->cause[0] ? "; " : "", a->cause);
		return CTL_FAILED;
	case -EPIPE:
		ctl_error("session %u is gone, and nobody has said how it has ended", a->id);
		return CTL_FAILED;
	default:
		return scripting_error(a->id, rc, &a->refused);
	}
}

static void
begin(struct awaiting *a, const struct attach_status *s)
{
	a->uid = ctl_uid();
	a->id = s->id;
	if (!a->since_offset)
		a->offset = s->offset;
	scripting_note(s, "peek", "wait");
}

/* TELL: say first where in the output it begins. */
static int
wait_for(struct awaiting *a, const struct attach_status *s, bool tell)
{
	if (a->what == AWAITING_PROMPT && s->kind == ATTACH_KIND_COMMAND) {
		ctl_error("session %u is a command on pipes and has no prompt; --for and --end wait for others", s->id);
		return CTL_FAILED;
	}
	begin(a, s);
	if (tell) {
		printf("%llu\n", (unsigned long long)a->offset);
		fflush(stdout);
		a->since_offset = true;
	}
	return outcome(a, awaiting_run(a));
}

/* The session of a short command has ended before anybody could wait for it: then a record says how. */
static int
wait_for_end(const struct ctl_command *self, struct awaiting *a, const char *word)
{
	uint64_t begun = clock_date_ms();
	const struct attach_status *found;
	struct session_list list;
	struct attach_status s;
	int rc = ctl_list(&list), status;

	if (rc)
		return rc;
	rc = session_list_find(&list, word, &found);
	if (!rc)
		s = *found;
	session_list_free(&list);
	if (rc == -ENOENT && has_ended(word, 0, &status))
		return status;
	if (rc || attach_state_silent(s.state))
		return scripting_target(self, word, true, &s);
	begin(a, &s);
	rc = awaiting_run(a);
	if ((rc == -EPIPE || rc == -ENOENT || rc == -ECONNREFUSED || rc == -EPROTO) && has_ended(word, begun, &status))
		return status;
	return outcome(a, rc);
}

/* The command line. */
struct how {
	struct awaiting a;
	regex_t pattern;
	const char *text; /* of --for */
	unsigned whats;
	bool tell;        /* --tell-offset */
};

static int
take_timeout(const struct ctl_command *self, struct how *h, const char *text)
{
	uint64_t s;

	if (config_seconds(text, TIMEOUT_MAX, &s))
		return ctl_usage(self, "option --timeout needs a time (90, 30s, 1h30m), found \"%s\"", text);
	h->a.timeout_ms = (int64_t)s * 1000;
	return CTL_OK;
}

static int
take_since(const struct ctl_command *self, struct how *h, const char *text)
{
	const char *p = text;

	if (config_number(&p, INT64_MAX, &h->a.offset) || *p)
		return ctl_usage(self, "option --since needs an offset (see --tell-offset), found \"%s\"", text);
	h->a.since_offset = true;
	return CTL_OK;
}

static int
take_pattern(const struct ctl_command *self, struct how *h)
{
	char why[128];
	int rc = regcomp(&h->pattern, h->text, REG_EXTENDED | REG_NOSUB);

	if (!rc) {
		h->a.pattern = &h->pattern;
		return CTL_OK;
	}
	regerror(rc, &h->pattern, why, sizeof why);
	return ctl_usage(self, "option --for needs a regular expression, found \"%s\": %s", h->text, why);
}

static int
take_options(const struct ctl_command *self, struct how *h, int argc, char **argv)
{
	static const struct option options[] = {
		{ "prompt", no_argument, NULL, 'p' },
		{ "for", required_argument, NULL, 'f' },
		{ "end", no_argument, NULL, 'e' },
		{ "timeout", required_argument, NULL, 't' },
		{ "since-start", no_argument, NULL, 's' },
		{ "since", required_argument, NULL, 'o' },
		{ "tell-offset", no_argument, NULL, 'T' },
		{ "user", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, rc = CTL_OK;

	while (!rc && (opt = ctl_getopt(argc, argv, ":u:", options)) != -1) {
		h->whats += opt == 'p' || opt == 'f' || opt == 'e';
		if (opt == 'f')
			h->text = optarg;
		else if (opt == 'e')
			h->a.what = AWAITING_END;
		else if (opt == 's')
			h->a.since_start = true;
		else if (opt == 'o')
			rc = take_since(self, h, optarg);
		else if (opt == 'T')
			h->tell = true;
		else if (opt == 't')
			rc = take_timeout(self, h, optarg);
		else if (opt == 'u')
			rc = ctl_user(optarg);
		else if (opt != 'p')
			rc = ctl_bad_option(self, opt, argv);
	}
	if (!rc && h->whats > 1)
		rc = ctl_usage(self, "--prompt, --for and --end exclude each other");
	if (!rc && (h->a.since_start || h->a.since_offset || h->tell) && !h->text)
		rc = ctl_usage(self, "%s needs --for", h->a.since_start ? "--since-start"
		                                       : h->tell        ? "--tell-offset"
		                                                        : "--since");
	if (!rc && h->a.since_start + h->a.since_offset + h->tell > 1)
		rc = ctl_usage(self, "--since-start, --since and --tell-offset exclude each other");
	if (!rc)
		rc = ctl_words(self, argc, argv, 1);
	if (!rc && h->text) {
		h->a.what = AWAITING_TEXT;
		rc = take_pattern(self, h);
	}
	return rc;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static struct how h = { .a = { .timeout_ms = -1 } };
	struct attach_status s;
	int rc = take_options(self, &h, argc, argv);

	if (rc)
		return rc;
	if (h.a.what == AWAITING_END && argv[optind])
		return wait_for_end(self, &h.a, argv[optind]);
	rc = scripting_target(self, argv[optind], true, &s);
	if (!rc)
		rc = wait_for(&h.a, &s, h.tell);
	if (h.a.pattern)
		regfree(&h.pattern);
	return rc;
}

const struct ctl_command cmd_wait = {
	.name = "wait",
	.args = "[-u USER] [--prompt|--for PATTERN|--end] [--timeout TIME] ID|NAME",
	.summary = "Wait until a session is at its prompt, has printed a text, or has ended",
	.help = "  --prompt         until its shell is in front and reads, and nothing is printed (the default);\n"
	        "                   while another program is in front, until that marks a prompt (OSC 133)\n"
	        "  --for PATTERN    until a line of its output matches PATTERN, an extended regular expression\n"
	        "  --since-start    with --for: also in earlier output, as far as the session still has it\n"
	        "  --tell-offset    with --for: print first the offset in the session's output at which it begins\n"
	        "  --since OFFSET   with --for: begin at OFFSET, as far as the session still has that\n"
	        "  --end            until it has ended; exits with its shell's status (128 + N for signal N)\n"
	        "  --timeout TIME   no longer than TIME (90, 30s, 1h30m); then the exit status is 4\n"
	        "  -u, --user USER  a session of USER's (root)\n",
	.run = run,
};
