/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "list.h"
#include "ssh_child.h"
#include "target_argv.h"

/* The command line that ARGV is behind, with the signals ignored; NULL: out of memory. */
static char **
spared(char *const *argv)
{
	char **list = NULL;
	int r = list_add(&list, "/bin/sh");

	r = r < 0 ? r : list_add(&list, "-c");
	r = r < 0 ? r : list_add(&list, "trap '' INT QUIT TERM; exec \"$@\"");
	r = r < 0 ? r : list_add(&list, "sh");
	for (; r >= 0 && *argv; argv++)
		r = list_add(&list, *argv);
	if (r >= 0)
		return list;
	list_free(list);
	return NULL;
}

/* Whether this process could read from its terminal now. */
static bool
at_the_terminal(void)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	bool yes = tty >= 0 && tcgetpgrp(tty) == getpgrp();

	if (tty >= 0)
		close(tty);
	return yes;
}

/* Whether ssh, or a program of the person's that it starts, may ask something there. */
static bool
may_ask_there(const struct transport_target *t)
{
	bool asks = !t->config->batch_mode && !t->askpass.dir[0];

	return (asks || t->config->proxy_command || target_runs_local_command(t)) && at_the_terminal();
}

/*
 * Ctrl-C at the terminal, and timeout(1), send a signal to the client's whole process group.  An ssh that ended by it
 * would take along what the client then tells the host, so it has a group of its own.  One that may ask something at
 * the terminal cannot: it has these signals ignored, as ssh leaves a signal that it finds so, and HUP ends it; but not
 * where others would inherit that: programs that it starts, or a shared connection's master, which it may become.
 */
int
ssh_child_start(struct child *c, const struct transport_target *t, char *const *argv, char *const *env)
{
	char **list;
	int r;

	if (!may_ask_there(t))
		return child_start_apart(c, argv, env);
	if (target_starts_programs(t) || t->config->control_path)
		return child_start(c, argv, env);
	/* A shell would say so later, in words of its own. */
	if (strchr(argv[0], '/') && access(argv[0], X_OK) < 0)
		return -errno;
	list = spared(argv);
	if (!list)
		return -ENOMEM;
	r = child_start(c, list, env);
	c->ends_by = SIGHUP;
	list_free(list);
	return r;
}
