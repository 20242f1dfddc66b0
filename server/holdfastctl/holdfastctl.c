/* SPDX-License-Identifier: MIT */
/* holdfastctl: lists and controls the held sessions of its caller (holdfastctl(1)). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "ctl.h"
#include "nearest.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

static const struct ctl_command *const commands[] = {
	&cmd_ls, &cmd_last, &cmd_events, &cmd_why,
	&cmd_attach, &cmd_new, &cmd_detach, &cmd_rename, &cmd_kill,
	&cmd_run, &cmd_send, &cmd_print, &cmd_peek, &cmd_tail, &cmd_wait, &cmd_record, &cmd_export,
	&cmd_env, &cmd_hook, &cmd_resume,
	&cmd_message, &cmd_upgrade, &cmd_drain, &cmd_pool, &cmd_metrics, &cmd_check_config, &cmd_setup, &cmd_doctor,
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void
print_commands(FILE *f)
{
	fputs("usage: holdfastctl COMMAND [ARGUMENTS]\n       holdfastctl --help | --version\n\n", f);
	/* A line each: there are so many that the arguments would hide them. */
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(f, "  %-12s  %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nThe id or the name of a session selects it.  holdfastctl COMMAND --help has the arguments.\n", f);
}

static const struct ctl_command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

/* What the same is called elsewhere. */
static const struct {
	const char *word, *command;
} elsewhere[] = {
	{ "list", "ls" }, { "sessions", "ls" }, { "status", "ls" }, { "history", "last" }, { "list-sessions", "ls" },
	{ "rm", "kill" }, { "end", "kill" }, { "stop", "kill" }, { "start", "new" }, { "create", "new" },
	{ "config", "check-config" }, { "check", "doctor" }, { "log", "events" }, { "logs", "events" }, { "show", "print" },
	{ "capture-pane", "print" }, { "send-keys", "send" }, { "exec", "run" }, { "test", "check-config" }, { "write", "message" },
	{ "wall", "message" }, { "resume-session", "attach" }, { "takeover", "attach" }, { "update", "upgrade" },
	{ "nodes", "pool" }, { "members", "pool" }, { "cluster", "pool" },
};

static int
no_command(const char *name)
{
	char hint[NEAREST_HINT_CAP];
	struct nearest n;

	if (name[0] == '-') {
		ctl_error("no option %s in front of a command; holdfastctl --help lists the commands", name);
		return CTL_USAGE;
	}
	nearest_begin(&n, name);
	for (size_t i = 0; i < COMMANDS; i++)
		nearest_offer(&n, commands[i]->name);
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		if (strcmp(name, elsewhere[i].word) != 0)
			continue;
		nearest_begin(&n, elsewhere[i].command);
		nearest_offer(&n, elsewhere[i].command);
	}
	nearest_hint(&n, hint);
	ctl_error("no command \"%s\"%s", name, hint[0] ? hint : "; holdfastctl --help lists them");
	return CTL_USAGE;
}

static int
help(const char *name)
{
	const struct ctl_command *c;

	if (!name) {
		print_commands(stdout);
		return CTL_OK;
	}
	c = find_command(name);
	return c ? ctl_help(c) : no_command(name);
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int
run(int argc, char **argv)
{
	const struct ctl_command *c;

	if (argc < 2) {
		print_commands(stderr);
		return CTL_USAGE;
	}
	if (strcmp(argv[1], "--complete") == 0)
		return complete_run(commands, COMMANDS, argc - 2, argv + 2);
	if (is_help(argv[1]) || strcmp(argv[1], "help") == 0)
		return help(argv[2]);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("holdfastctl " PACKAGE_VERSION);
		return CTL_OK;
	}
	c = find_command(argv[1]);
	if (!c)
		return no_command(argv[1]);
	/* Behind other options the subcommand's getopt finds it. */
	return argc > 2 && is_help(argv[2]) ? ctl_help(c) : c->run(c, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	int status = run(argc, argv);

	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && status == CTL_OK) {
		ctl_error("cannot write: %s", strerror(errno ? errno : EIO));
		status = CTL_FAILED;
	}
	return status;
}
