/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "daemonsock.h"
#include "hostfile.h"
#include "paths.h"
#include "run.h"
#include "setup/diff.h"
#include "setup/setup.h"
#include "sshdask.h"
#include "sshdconf.h"

#define COMMAND_MS 60000

enum kind { AFTER_ALWAYS, AFTER_SSHD };

/* What makes the edits count, where systemd runs. */
static const struct after {
	enum kind kind;
	bool undo;
	const char *unit; /* only if there is such a unit */
	const char *argv[6];
} commands[] = {
	{ AFTER_ALWAYS, false, "holdfastd.socket", { "systemctl", "daemon-reload" } },
	{ AFTER_ALWAYS, false, "holdfastd.socket", { "systemctl", "enable", "--now", "holdfastd.socket" } },
	{ AFTER_SSHD, false, "ssh.service", { "systemctl", "try-reload-or-restart", "ssh.service" } },
	{ AFTER_SSHD, false, "sshd.service", { "systemctl", "try-reload-or-restart", "sshd.service" } },
	{ AFTER_SSHD, true, "ssh.service", { "systemctl", "try-reload-or-restart", "ssh.service" } },
	{ AFTER_SSHD, true, "sshd.service", { "systemctl", "try-reload-or-restart", "sshd.service" } },
	{ AFTER_ALWAYS, true, "holdfastd.socket", { "systemctl", "disable", "--now", "holdfastd.socket" } },
	{ AFTER_ALWAYS, true, "holdfastd.service", { "systemctl", "disable", "--now", "holdfastd.service" } },
};

static void
print_command(const char *lead, const struct after *a)
{
	printf("%s", lead);
	for (size_t i = 0; i < 6 && a->argv[i]; i++)
		printf(" %s", a->argv[i]);
	putchar('\n');
}

static bool
has_unit(const char *unit)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/usr/local/lib/systemd/system",
	                                    "/usr/lib/systemd/system", "/lib/systemd/system" };
	char path[PATH_CAP];

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		snprintf(path, sizeof path, "%s/%s", dirs[i], unit);
		if (hostfile_exists(path) == 1)
			return true;
	}
	return false;
}

/* Whether A is to be run; sshd has one name or the other, or both for the same. */
static bool
applies(const struct setup *s, const struct after *a)
{
	if (a->undo != s->undo || (a->kind == AFTER_SSHD && !s->reload_sshd) || !has_unit(a->unit))
		return false;
	return strcmp(a->unit, "sshd.service") != 0 || !has_unit("ssh.service");
}

/* For a host without systemd. */
static void
say_what_remains(const struct setup *s)
{
	if (s->reload_sshd)
		puts("then make sshd read its configuration: kill -HUP its oldest process");
	if (!s->undo)
		puts("then start " HOLDFAST_SBINDIR "/holdfastd, now and at boot");
	else if (daemonsock_ask() == 0)
		puts("then stop holdfastd, now and at boot");
}

/* Users would take a socket without holdfastd for a host that has holdfast. */
static void
remove_socket(struct setup *s)
{
	int rc = daemonsock_remove_dead();

	if (rc && rc != -EBUSY)
		setup_trouble(s, PATH_DAEMON_SOCK, "not removed: %s", strerror(-rc));
}

static void
run_commands(struct setup *s, bool dry)
{
	if (hostfile_exists("/run/systemd/system") != 1) {
		say_what_remains(s);
		return;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		char *output = NULL;
		int rc;

		if (!applies(s, &commands[i]))
			continue;
		print_command(dry ? "would run:" : "running:", &commands[i]);
		fflush(stdout);
		rc = dry ? 0 : run_program(commands[i].argv, COMMAND_MS, &output);
		if (rc)
			setup_trouble(s, commands[i].argv[0], "%s", rc < 0 ? strerror(-rc) : output);
		free(output);
	}
}

static void
show(const struct setup *s)
{
	for (size_t i = 0; i < s->count; i++)
		diff_print(stdout, s->edits[i]->path, s->edits[i]->before, s->edits[i]->after);
}

static void
apply(struct setup *s, struct edit *e)
{
	int rc = edit_apply(e);

	if (rc)
		setup_trouble(s, e->path, "not changed: %s",
		              rc == -ESTALE ? "another process has just changed the file" : strerror(-rc));
	else
		setup_say(e->path, "%s%s%s", s->undo ? "restored" : e->before ? "changed" : "created",
		          e->made_backup ? "; backup: " : "", e->made_backup ? e->backup : "");
}

/* sshd's own word on the result; if it doesn't like it, all is as it was. */
static void
verify(struct setup *s, size_t from)
{
	char text[TEXT_CAP];
	int rc = s->count > from ? sshdask_test(true, text) : 0;

	if (!rc)
		return;
	if (s->sshd_broken) {
		setup_say(SSHDCONF_FILE, "sshd -t rejects the configuration, with and without the lines of holdfast: "
		                         "%s",
		          text);
		s->reload_sshd = false;
		return;
	}
	for (size_t i = s->count; i > from; i--)
		if (edit_revert(s->edits[i - 1]))
			setup_trouble(s, s->edits[i - 1]->path, "could not be restored; %s has the old contents",
			              s->edits[i - 1]->backup);
	s->reload_sshd = false;
	setup_trouble(s, SSHDCONF_FILE, "restored: sshd -t says %s", rc == -EBADMSG ? text
	              : strerror(-rc));
}

static void
apply_all(struct setup *s)
{
	for (size_t i = 0; i < s->count; i++)
		apply(s, s->edits[i]);
	verify(s, s->count - s->sshd_edits);
	for (size_t i = 0; i < s->count; i++)
		edit_finish(s->edits[i]);
}

static void
plan(struct setup *s, bool zsh_only)
{
	if (geteuid() != 0) {
		setup_user(s);
	} else if (zsh_only) {
		setup_zsh(s, true);
	} else {
		setup_pam(s);
		setup_shells(s);
		setup_sshd(s);
	}
}

static int
do_setup(struct setup *s, bool zsh_only)
{
	plan(s, zsh_only);
	if (s->dry)
		show(s);
	else
		apply_all(s);
	if (geteuid() == 0 && !zsh_only)
		run_commands(s, s->dry);
	if (s->undo && geteuid() == 0 && !zsh_only && !s->dry)
		remove_socket(s);
	for (size_t i = 0; i < s->count; i++) {
		edit_close(s->edits[i]);
		free(s->edits[i]);
	}
	return s->failed ? CTL_FAILED : CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "undo", no_argument, NULL, 'u' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "zsh", no_argument, NULL, 'z' },
		{ NULL, 0, NULL, 0 },
	};
	struct setup s = { .undo = false };
	bool zsh = false;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":n", options)) != -1) {
		if (opt != 'u' && opt != 'n' && opt != 'z')
			return ctl_bad_option(self, opt, argv);
		s.undo |= opt == 'u';
		s.dry |= opt == 'n';
		zsh |= opt == 'z';
	}
	if ((rc = ctl_words(self, argc, argv, 0)))
		return rc;
	if (zsh && geteuid() != 0)
		return ctl_usage(self, "--zsh is for root: it affects zsh of all users");
	return do_setup(&s, zsh);
}

const struct ctl_command cmd_setup = {
	.name = "setup",
	.args = "[--undo] [--dry-run] [--zsh]",
	.summary = "Set this host, or without root your account, up for holdfast",
	.help = "As root: adds the lines in /etc/pam.d/sshd, sshd's subsystem, and the hooks of shells that need\n"
	        "one.  As a user on a host without holdfast: adds a line to the start-up file of your login\n"
	        "shell.  The lines stand between markers.  Finished steps are not repeated.  Broken files are\n"
	        "reported and left alone.\n"
	        "  -n, --dry-run   show the changes as a diff, and make none\n"
	        "      --undo      remove the changes\n"
	        "      --zsh       only the hook for zsh\n",
	.run = run,
};
