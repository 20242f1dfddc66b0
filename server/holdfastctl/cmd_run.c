/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "attach.h"
#include "ctl.h"
#include "ctlpool.h"
#include "enter.h"
#include "quoted.h"
#include "rootless.h"
#include "ticket.h"
#include "waiting.h"

#define ROWS 24
#define COLS 80
#define SIDE_MAX 1000 /* rows, columns */

/* A terminal of this process's own, from which the session starts and which it leaves at once. */
struct own_terminal {
	int master, slave;
	char name[TTY_CAP];
};

static int
open_terminal(struct own_terminal *t, const struct winsize *size)
{
	t->slave = -1;
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->master < 0 || grantpt(t->master) || unlockpt(t->master) ||
	    ptsname_r(t->master, t->name, sizeof t->name) ||
	    (t->slave = open(t->name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 || ioctl(t->master, TIOCSWINSZ, size) < 0) {
		ctl_error("cannot open a terminal: %s", strerror(errno));
		return CTL_FAILED;
	}
	return CTL_OK;
}

/* One word is a command line of the shell's, several are a program and its arguments. */
static int
make_command(const struct ctl_command *self, int count, char **words, char line[ATTACH_COMMAND_MAX])
{
	bool fits = true;

	line[0] = '\0';
	if (!count || !words[0][0])
		return ctl_usage(self, "no command; expected what the session is to run");
	if (count == 1) {
		fits = strlen(words[0]) < ATTACH_COMMAND_MAX;
		if (fits)
			strcpy(line, words[0]);
	}
	for (int i = 0; count > 1 && fits && i < count; i++)
		fits = quoted_add(line, ATTACH_COMMAND_MAX, words[i]);
	return fits ? CTL_OK : ctl_usage(self, "the command is longer than %d bytes", ATTACH_COMMAND_MAX - 1);
}

static int
start(struct enter_request *q, const struct winsize *size)
{
	struct own_terminal t = { .master = -1 };
	const char *term = getenv("TERM");
	struct enter_result res = { .session = 0 };
	int rc = open_terminal(&t, size);

	if (!rc) {
		/* Programs in it are to work in whichever terminal attaches later. */
		if (!term || !*term || strcmp(term, "dumb") == 0)
			setenv("TERM", "xterm-256color", 1);
		q->tty = t.name;
		waiting_only(true);
		enter_run(q, &res);
		rc = CTL_FAILED;
	}
	if (res.session && res.outcome != ENTER_NOT && res.outcome != ENTER_LOST) {
		printf("%u\n", res.session);
		rc = CTL_OK;
	} else if (t.slave >= 0 && ctl_switched_on() == CTL_OK) {
		ctl_error("%s", res.text[0] ? res.text : "no session was started");
	}
	if (t.slave >= 0)
		close(t.slave);
	if (t.master >= 0)
		close(t.master);
	return rc;
}

static bool
take_size(const char *text, struct winsize *size)
{
	unsigned rows, cols;
	char more;

	if (sscanf(text, "%4ux%4u%c", &rows, &cols, &more) != 2 || !rows || !cols || rows > SIDE_MAX ||
	    cols > SIDE_MAX)
		return false;
	size->ws_row = (unsigned short)rows;
	size->ws_col = (unsigned short)cols;
	return true;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "size", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	static char command[ATTACH_COMMAND_MAX];
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	struct enter_request q = { .want = "new", .command = command, .leaves = true, .in = -1, .out = -1,
		                   .flags = ATTACH_FLAG_APART };
	bool inside;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, "+:n:", options)) != -1) {
		if (opt == 'n')
			q.name = optarg;
		else if (opt != 's')
			return ctl_bad_option(self, opt, argv);
		else if (!take_size(optarg, &size))
			return ctl_usage(self, "option --size needs rows and columns (24x80), found \"%s\"", optarg);
	}
	rc = make_command(self, argc - optind, argv + optind, command);
	if (!rc)
		rc = ctl_may_start(q.name, &inside);
	/* Without a ticket the session that we are in vouches for us, if we are in one. */
	q.own = ticket_parse(&q.ticket, getenv("HOLDFAST_TICKET")) < 0 && rootless_is_the_way();
	/* Elsewhere holdfastd refuses, and writes it down. */
	if (!rc && q.own)
		rc = ctl_switched_on();
	return rc ? rc : start(&q, &size);
}

const struct ctl_command cmd_run = {
	.name = "run",
	.args = "[-n NAME] [--size SIZE] -- COMMAND [ARGUMENT...]",
	.summary = "Start a detached session that runs a command, and print its id",
	.help = "The session has a terminal that nobody sees until somebody attaches to it; it ends with the\n"
	        "command.  A single word is a command line for the shell, several are a program and its arguments.\n"
	        "No login resumes it by itself.  It is started by a login (ssh HOST holdfastctl run ...), or from\n"
	        "inside of a held shell.\n"
	        "  -n, --name NAME  name of the session\n"
	        "  --size SIZE      size of its terminal, ROWSxCOLUMNS, until somebody attaches (24x80)\n",
	.run = run,
};
