/* SPDX-License-Identifier: MIT */
#include "plain.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exit_status.h"
#include "target_argv.h"

#define FLAGS 8

/* The mask and dispositions as we got them. */
static void
leave_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static unsigned
put_flags(const struct options *o, char **flags)
{
	static char tty[] = "-t", no_tty[] = "-T", no_session[] = "-N", no_stdin[] = "-n";
	unsigned n = 0;

	for (unsigned i = 0; i < o->tty && i < 2; i++)
		flags[n++] = tty;
	if (o->no_tty)
		flags[n++] = no_tty;
	if (o->no_session)
		flags[n++] = no_session;
	if (o->no_stdin)
		flags[n++] = no_stdin;
	return n;
}

int
plain_exec(const struct options *o, struct transport_target *target, struct asking *asking, int errors)
{
	char *flags[FLAGS] = { 0 }, *words[] = { o->command, NULL }, **argv;

	put_flags(o, flags);
	argv = target_ssh_argv(target, flags, o->command ? words : NULL);
	if (!argv) {
		asking_sayf(asking, "out of memory");
		return STATUS_FAILED;
	}
	if (errors != 2)
		dup2(errors, 2);
	leave_signals();
	execvp(argv[0], argv);
	asking_sayf(asking, "%s: %s", argv[0], strerror(errno));
	target_argv_free(argv);
	return STATUS_FAILED;
}
