/* SPDX-License-Identifier: MIT */
#include "signame.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The signals of POSIX, and those that Linux has on every machine. */
static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "ABRT", SIGABRT },     { "ALRM", SIGALRM }, { "BUS", SIGBUS },   { "CHLD", SIGCHLD }, { "CONT", SIGCONT },
	{ "FPE", SIGFPE },       { "HUP", SIGHUP },   { "ILL", SIGILL },   { "INT", SIGINT },   { "IO", SIGIO },
	{ "KILL", SIGKILL },     { "PIPE", SIGPIPE }, { "PROF", SIGPROF }, { "PWR", SIGPWR },   { "QUIT", SIGQUIT },
	{ "SEGV", SIGSEGV },     { "STOP", SIGSTOP }, { "SYS", SIGSYS },   { "TERM", SIGTERM }, { "TRAP", SIGTRAP },
	{ "TSTP", SIGTSTP },     { "TTIN", SIGTTIN }, { "TTOU", SIGTTOU }, { "URG", SIGURG },   { "USR1", SIGUSR1 },
	{ "USR2", SIGUSR2 },     { "VTALRM", SIGVTALRM }, { "WINCH", SIGWINCH }, { "XCPU", SIGXCPU }, { "XFSZ", SIGXFSZ },
};

#define SIGNALS (sizeof signals / sizeof *signals)

const char *
signame_of(int number)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}

int
signame_number(const char *name)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (strcmp(signals[i].name, name) == 0)
			return signals[i].number;
	return 0;
}

int
signame_parse(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	char *end;
	long n;

	for (size_t i = 0; i < SIGNALS; i++)
		if (strcasecmp(signals[i].name, name) == 0)
			return signals[i].number;
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	n = strtol(text, &end, 10);
	return *end || n < 1 || n > SIGRTMAX ? -EINVAL : (int)n;
}
