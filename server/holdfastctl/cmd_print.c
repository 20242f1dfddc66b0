/* SPDX-License-Identifier: MIT */
/* holdfastctl print and peek. */
#include <stdio.h>
#include <stdlib.h>

#include "age.h"
#include "clock.h"
#include "ctl.h"
#include "printable.h"
#include "printing.h"
#include "scripting.h"
#include "sieve.h"

#define CHUNK 65536

/* The keeper's bytes, as they may go to the terminal of another user: HTML is a file's, and has no looks either. */
static void
put_safely(const unsigned char *bytes, size_t len, bool looks)
{
	static unsigned char out[CHUNK + SIEVE_HELD];
	static struct sieve sieve;

	sieve.looks = looks;
	for (size_t n; len; bytes += n, len -= n) {
		n = len < CHUNK ? len : CHUNK;
		fwrite(out, 1, sieve_pass(&sieve, bytes, n, out), stdout);
	}
}

/* Prints the screen of session ID. */
static int
print(uint32_t id, const struct attach_print *ask)
{
	struct attach_refused refused;
	struct attach_printed m;
	unsigned char *bytes;
	int rc = printing_get(ctl_uid(), id, ask, &m, &bytes, &refused);

	if (rc)
		return scripting_error(id, rc, &refused);
	put_safely(bytes, (size_t)m.length, ask->form == ATTACH_FORM_ANSI);
	free(bytes);
	return CTL_OK;
}

/* "session 3 build: attached, vim, 24x80, 2m since the last input or output". */
static void
print_state(const struct attach_status *s)
{
	char name[NAME_CAP], program[NAME_CAP], quiet[AGE_CAP];
	uint64_t now = clock_date_ms();

	snprintf(program, sizeof program, "%s", s->program);
	printable_clean(program);
	snprintf(name, sizeof name, "%s", s->name);
	printable_clean(name);
	age_format(quiet, now > s->activity_ms ? (now - s->activity_ms) / 1000 : 0);
	printf("session %u%s%s: %s, %s, ", s->id, name[0] ? " " : "", name, attach_state_word(s->state),
	       program[0] ? program : "?");
	if (s->kind == ATTACH_KIND_COMMAND)
		printf("on pipes, quiet for %s\n", quiet);
	else
		printf("%ux%u, quiet for %s\n", s->rows, s->cols, quiet);
}

static int
run(const struct ctl_command *self, int argc, char **argv, bool peek)
{
	static const struct option options[] = {
		{ "scrollback", no_argument, NULL, 's' }, { "ansi", no_argument, NULL, 'a' },
		{ "html", no_argument, NULL, 'H' }, { "user", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	struct attach_print ask = { ATTACH_PRINT_SCREEN, ATTACH_FORM_TEXT };
	bool ansi = false, html = false;
	struct attach_status s;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":u:", options)) != -1) {
		if (opt == 's')
			ask.what = ATTACH_PRINT_ALL;
		else if (opt == 'a')
			ansi = true;
		else if (opt == 'H' && !peek)
			html = true;
		else if (opt != 'u')
			return ctl_bad_option(self, opt, argv);
		else if ((rc = ctl_user(optarg)))
			return rc;
	}
	if (ansi && html)
		return ctl_usage(self, "--ansi and --html exclude each other");
	ask.form = ansi ? ATTACH_FORM_ANSI : html ? ATTACH_FORM_HTML : ATTACH_FORM_TEXT;
	rc = ctl_words(self, argc, argv, 1);
	if (!rc)
		rc = scripting_target(self, argv[optind], false, &s);
	if (rc)
		return rc;
	scripting_note(&s, "peek", self->name);
	if (peek)
		print_state(&s);
	/* A command on pipes has no screen. */
	if (peek && s.kind == ATTACH_KIND_COMMAND)
		return CTL_OK;
	return print(s.id, &ask);
}

static int
run_print(const struct ctl_command *self, int argc, char **argv)
{
	return run(self, argc, argv, false);
}

static int
run_peek(const struct ctl_command *self, int argc, char **argv)
{
	return run(self, argc, argv, true);
}

const struct ctl_command cmd_print = {
	.name = "print",
	.args = "[-u USER] [--scrollback] [--ansi|--html] [ID|NAME]",
	.summary = "Print a session's screen",
	.help = "As text, a line for each row, without attaching to the session.\n"
	        "  --scrollback     the lines above the screen, too\n"
	        "  --ansi           with colours, looks and hyperlinks, for a terminal\n"
	        "  --html           an HTML document\n"
	        "  -u, --user USER  a session of USER's (root)\n",
	.run = run_print,
};

const struct ctl_command cmd_peek = {
	.name = "peek",
	.args = "[-u USER] [--scrollback] [--ansi] [ID|NAME]",
	.summary = "Show a session's state and screen",
	.help = "One line that says how the session is, and then what holdfastctl print shows.\n"
	        "  --scrollback     the lines above the screen, too\n"
	        "  --ansi           with colours, looks and hyperlinks\n"
	        "  -u, --user USER  a session of USER's (root)\n",
	.run = run_peek,
};
