/* SPDX-License-Identifier: MIT */
#include "become.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exit_status.h"
#include "list.h"
#include "sshprogram.h"
#include "target_argv.h"

/* After a session that came to nothing. */
static void
leave_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
put_flags(const struct options *o, char ***argv)
{
	int rc = 0;

	if (o->tty != TTY_AUTO)
		rc = list_add(argv, o->tty == TTY_NO ? "-T" : "-t");
	if (rc == 0 && o->no_session)
		rc = list_add(argv, "-N");
	return rc == 0 && o->subsystem ? list_add(argv, "-s") : rc;
}

static int
plink_line(const struct options *o, char ***argv)
{
	char **options = NULL, **behind = NULL;
	int rc = target_options(&o->request, STYLE_PLINK, &options, &behind);

	if (rc == 0)
		rc = list_add_all(argv, options);
	if (rc == 0)
		rc = put_flags(o, argv);
	if (rc == 0)
		rc = list_add(argv, o->request.destination);
	if (rc == 0 && o->command)
		rc = list_add(argv, o->command);
	list_free(options);
	list_free(behind);
	return rc;
}

/* 0, -ENOMEM, or -EINVAL: --transport has no program that could do it. */
static int
command_line(const struct options *o, const char *more, char ***argv)
{
	const char *transport = o->request.command;
	int rc = transport ? target_split(transport, argv) : list_add(argv, sshprogram());

	if (rc < 0)
		return rc;
	switch (transport ? target_style_of(*argv) : STYLE_SSH) {
	case STYLE_SSH: return target_ssh_line(argv, &o->request, "", more);
	case STYLE_PLINK: return o->what == OPTIONS_SSH ? -EINVAL : plink_line(o, argv);
	case STYLE_OTHER: break;
	}
	return -EINVAL;
}

int
become_line(const struct options *o, const char *more, char ***argv)
{
	int rc = command_line(o, more, argv);

	if (rc == 0)
		return 0;
	if (rc == -EINVAL)
		fprintf(stderr, "holdfast: this takes ssh: --transport %s cannot do it\n", o->request.command);
	else
		fprintf(stderr, "holdfast: %s\n", strerror(-rc));
	list_free(*argv);
	*argv = NULL;
	return STATUS_FAILED;
}

int
become_exec(const struct options *o, char *const *argv, int errors)
{
	fflush(stdout);
	if (errors != 2)
		dup2(errors, 2);
	if (o->what == OPTIONS_SESSION)
		leave_signals();
	execvp(argv[0], argv);
	fprintf(stderr, "holdfast: %s: %s\n", argv[0], strerror(errno));
	return STATUS_FAILED;
}

int
become_ssh(const struct options *o, const char *more, int errors)
{
	char **argv = NULL;
	int status = become_line(o, more, &argv);

	if (status == 0)
		status = become_exec(o, argv, errors);
	list_free(argv);
	return status;
}
