/* SPDX-License-Identifier: MIT */
#include "options_script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What an option is called here, and what holdfastctl(1) calls it; and with which verb it goes (0: it is one). */
static const struct {
	const char *name, *word;
	int with;
} rows[SCRIPT_OPTIONS] = {
	[SCRIPT_PRINT - SCRIPT_PRINT] = { "--print", "print", 0 },
	[SCRIPT_PEEK - SCRIPT_PRINT] = { "--peek", "peek", 0 },
	[SCRIPT_SEND - SCRIPT_PRINT] = { "--send", "send", 0 },
	[SCRIPT_TAIL - SCRIPT_PRINT] = { "--tail", "tail", 0 },
	[SCRIPT_WAIT - SCRIPT_PRINT] = { "--wait", "wait", 0 },
	[SCRIPT_ANSI - SCRIPT_PRINT] = { "--ansi", "--ansi", SCRIPT_PRINT },
	[SCRIPT_HTML - SCRIPT_PRINT] = { "--html", "--html", SCRIPT_PRINT },
	[SCRIPT_SCROLLBACK - SCRIPT_PRINT] = { "--scrollback", "--scrollback", SCRIPT_PRINT },
	[SCRIPT_KEYS - SCRIPT_PRINT] = { "--keys", "--keys", SCRIPT_SEND },
	[SCRIPT_ENTER - SCRIPT_PRINT] = { "--enter", "--enter", SCRIPT_SEND },
	[SCRIPT_FOLLOW - SCRIPT_PRINT] = { "--follow", "-f", SCRIPT_TAIL },
	[SCRIPT_LINES - SCRIPT_PRINT] = { "--lines", "-n", SCRIPT_TAIL },
	[SCRIPT_RAW - SCRIPT_PRINT] = { "--raw", "--raw", SCRIPT_TAIL },
	[SCRIPT_PROMPT - SCRIPT_PRINT] = { "--prompt", "--prompt", SCRIPT_WAIT },
	[SCRIPT_FOR - SCRIPT_PRINT] = { "--for", "--for", SCRIPT_WAIT },
	[SCRIPT_END - SCRIPT_PRINT] = { "--end", "--end", SCRIPT_WAIT },
	[SCRIPT_SINCE_START - SCRIPT_PRINT] = { "--since-start", "--since-start", SCRIPT_WAIT },
	[SCRIPT_TIMEOUT - SCRIPT_PRINT] = { "--timeout", "--timeout", SCRIPT_WAIT },
};

int
options_refuse(char *why, size_t cap, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, cap, format, ap);
	va_end(ap);
	return -EINVAL;
}

const char *
options_script_name(int opt)
{
	return rows[opt - SCRIPT_PRINT].name;
}

int
options_script_set(struct options_script *s, int opt, const char *argument, char *why, size_t cap)
{
	if (!rows[opt - SCRIPT_PRINT].with) {
		if (s->verb && s->verb != opt)
			return options_refuse(why, cap, "%s cannot be used with %s", options_script_name(opt),
			              options_script_name(s->verb));
		if (!*argument)
			return options_refuse(why, cap, "%s needs the id or the name of a session", options_script_name(opt));
		s->verb = opt;
		s->session = argument;
	}
	s->given[opt - SCRIPT_PRINT] = true;
	s->argument[opt - SCRIPT_PRINT] = argument;
	return 0;
}

int
options_script_check(const struct options_script *s, char *const *run, char *why, size_t cap)
{
	for (int opt = SCRIPT_PRINT; opt < SCRIPT_OPTIONS_END; opt++) {
		int with = rows[opt - SCRIPT_PRINT].with;

		/* --peek is --print with a line more, and no document. */
		if (s->given[opt - SCRIPT_PRINT] && with && with != s->verb &&
		    !(s->verb == SCRIPT_PEEK && with == SCRIPT_PRINT && opt != SCRIPT_HTML))
			return options_refuse(why, cap, "%s requires %s", options_script_name(opt), options_script_name(with));
	}
	if (s->verb && s->verb != SCRIPT_SEND && run[0])
		return options_refuse(why, cap, "%s takes no command", options_script_name(s->verb));
	if (s->verb == SCRIPT_SEND && !run[0] && !s->given[SCRIPT_ENTER - SCRIPT_PRINT])
		return options_refuse(why, cap, "--send needs a text behind the host, or - for standard input");
	return 0;
}

bool
options_script_reads(const struct options_script *s, char *const *run)
{
	return s->verb == SCRIPT_SEND && !s->given[SCRIPT_KEYS - SCRIPT_PRINT] && run[0] && strcmp(run[0], "-") == 0 &&
	       !run[1];
}

int
options_script_words(const struct options_script *s, char *const *run, const char **words, int most)
{
	int n = 0;

	if (most < 2 * SCRIPT_OPTIONS)
		return -E2BIG;
	words[n++] = rows[s->verb - SCRIPT_PRINT].word;
	for (int i = 0; i < SCRIPT_OPTIONS; i++) {
		if (!s->given[i] || !rows[i].with)
			continue;
		words[n++] = rows[i].word;
		if (s->argument[i])
			words[n++] = s->argument[i];
	}
	words[n++] = "--";
	words[n++] = s->session;
	for (; *run; run++) {
		if (n == most)
			return -E2BIG;
		words[n++] = *run;
	}
	return n;
}
